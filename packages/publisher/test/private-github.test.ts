import { afterEach, beforeEach, expect, test } from "vitest";
import { hello } from "./images.ts";
import { inFolder, latestTag, tagsOf } from "./place.ts";
import { openGitHub, type GitHubPlace } from "./place-github.ts";
import { publishVersions } from "./publish-versions.ts";

let at: GitHubPlace;
beforeEach(async () => {
  at = await inFolder((folder) => openGitHub(folder, { isPrivate: true }));
});
afterEach(() => at[Symbol.asyncDispose]());

test("a private repository, where no address answers without a token, is published to like others", async () => {
  await publishVersions(at.store, hello, at.folder, ["1.0.0", "1.1.0", "1.2.0", "1.3.0", "1.4.0"]);
  expect(await latestTag(at)).toBe("updates-5");
  expect((await tagsOf(at)).filter((tag) => tag.startsWith("updates-"))).toEqual([
    "updates-3",
    "updates-4",
    "updates-5",
  ]);
});

test("a public repository whose address does not answer keeps its old directories", async () => {
  at.repository.state.isPrivate = false;
  await publishVersions(at.store, hello, at.folder, ["1.0.0", "1.1.0", "1.2.0"]);
  at.github.fault(({ part, method }) => part === "web" && method === "HEAD", { answer: 404 }, Infinity);
  await expect(publishVersions(at.store, hello, at.folder, ["1.3.0"])).rejects.toMatchObject({
    code: "not-published",
  });
  expect(await tagsOf(at)).toContain("updates-1");
});
