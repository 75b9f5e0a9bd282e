import { afterEach, beforeEach, expect, test } from "vitest";
import { hello } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";
import { latestTag, tagsOf } from "./published.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";

let testStore: GitHubTestStore;
beforeEach(async () => {
  testStore = await openGitHubStore({ isPrivate: true });
});
afterEach(() => testStore[Symbol.asyncDispose]());

test("publishing to a private repository, where no URL answers without a token, works as usual", async () => {
  await publishVersions(testStore.store, hello, testStore.folder, [
    "1.0.0",
    "1.1.0",
    "1.2.0",
    "1.3.0",
    "1.4.0",
  ]);
  expect(await latestTag(testStore)).toBe("updates-5");
  expect((await tagsOf(testStore)).filter((tag) => tag.startsWith("updates-"))).toEqual([
    "updates-3",
    "updates-4",
    "updates-5",
  ]);
});

test("a public repository whose URL does not answer keeps its old update directories", async () => {
  testStore.repository.state.isPrivate = false;
  await publishVersions(testStore.store, hello, testStore.folder, ["1.0.0", "1.1.0", "1.2.0"]);
  testStore.github.fault(
    ({ part, method }) => part === "web" && method === "HEAD",
    { answer: 404 },
    Infinity,
  );
  await expect(publishVersions(testStore.store, hello, testStore.folder, ["1.3.0"])).rejects.toMatchObject({
    code: "not-published",
  });
  expect(await tagsOf(testStore)).toContain("updates-1");
});
