import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { publishedOf } from "../src/action/planned.ts";
import { definitionOf } from "./images.ts";
import { publishReleases } from "./publish-versions.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";

const alpha = definitionOf("alpha", {}, { architectures: ["x86-64"] });

let storeUnderTest: GitHubTestStore;
beforeEach(async () => {
  storeUnderTest = await openGitHubStore();
});
afterEach(() => storeUnderTest[Symbol.asyncDispose]());

const versionsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ tag: `alpha-v1.${index}.0`, images: [] }));

/** Which of some versions are found, and with how many requests. */
async function found(count: number) {
  const { github, store } = storeUnderTest;
  const before = github.requests.length;
  const published = await publishedOf(store, versionsOf(count));
  return { tags: published.map(({ tag }) => tag), requests: github.requests.length - before };
}

describe("the versions of a run that are published", () => {
  test("are looked for one by one if they are few, and listed otherwise", async () => {
    const { store, folder } = storeUnderTest;
    await publishReleases(store, alpha, folder, ["1.0.0", "1.2.0"]);
    expect(await found(3)).toEqual({ tags: ["alpha-v1.0.0", "alpha-v1.2.0"], requests: 3 });
    const listed = await found(4);
    expect(listed.tags).toEqual(["alpha-v1.0.0", "alpha-v1.2.0"]);
    expect(listed.requests).toBeLessThan(4);
  });

  test("are not those of drafts", async () => {
    await storeUnderTest.store.draft("alpha-v1.1.0", "");
    expect((await found(4)).tags).toEqual([]);
  });
});
