import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { githubAssetSchema, openAsset } from "@sysext-kiln/github-client";
import { startGitHub } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { clientOf } from "./open.ts";

test("the token goes to GitHub's API and its uploads, and to no host that they redirect to", async () => {
  await using github = await startGitHub();
  const draft = github.repository("acme/extensions").release("v1", { draft: true });
  const folder = await mkdtemp(join(tmpdir(), "kiln-token-"));
  const path = join(folder, "a.raw");
  await writeFile(path, "hello\n");
  const client = clientOf(github);
  const repository = { owner: "acme", repo: "extensions" };
  const uploadUrl = `${github.origins.uploads}/repos/acme/extensions/releases/${draft.id}/assets{?name,label}`;
  const asset = await client.upload(
    { ...repository, release_id: draft.id, uploadUrl, name: "a.raw", path, size: 6 },
    githubAssetSchema,
  );
  expect(await text(await openAsset(client, repository, asset))).toBe("hello\n");
  await rm(folder, { recursive: true });
  expect(github.requests.map(({ part, authorized }) => ({ part, authorized }))).toEqual([
    { part: "uploads", authorized: true },
    { part: "api", authorized: true },
    { part: "storage", authorized: false },
  ]);
});
