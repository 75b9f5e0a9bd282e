import { afterEach, beforeEach, expect, test } from "vitest";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";
import { latestTag, tagsOf } from "./published.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";

let storeUnderTest: GitHubTestStore;
beforeEach(async () => {
  storeUnderTest = await openGitHubStore({ isPrivate: true });
});
afterEach(() => storeUnderTest[Symbol.asyncDispose]());

test("publishing to a private repository, where no URL answers without a token, works as usual", async () => {
  await publishVersions(storeUnderTest.store, hello, storeUnderTest.folder, [
    "1.0.0",
    "1.1.0",
    "1.2.0",
    "1.3.0",
    "1.4.0",
  ]);
  expect(await latestTag(storeUnderTest)).toBe("updates-5");
  expect((await tagsOf(storeUnderTest)).filter((tag) => tag.startsWith("updates-"))).toEqual([
    "updates-3",
    "updates-4",
    "updates-5",
  ]);
});

test("a public repository whose URL does not answer keeps its old update directories", async () => {
  storeUnderTest.repository.state.isPrivate = false;
  await publishVersions(storeUnderTest.store, hello, storeUnderTest.folder, ["1.0.0", "1.1.0", "1.2.0"]);
  storeUnderTest.github.fault(
    ({ part, method }) => part === "web" && method === "HEAD",
    { answer: 404 },
    Infinity,
  );
  await expect(
    publishVersions(storeUnderTest.store, hello, storeUnderTest.folder, ["1.3.0"]),
  ).rejects.toMatchObject({
    code: "not-published",
  });
  expect(await tagsOf(storeUnderTest)).toContain("updates-1");
});
