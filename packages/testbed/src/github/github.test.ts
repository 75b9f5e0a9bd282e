import { describe, expect, test } from "vitest";
import { z } from "zod";
import { idOf, useGitHub } from "./test-client.ts";

const { current, send, upload, download, draft } = useGitHub();

describe("a release", () => {
  test("is a draft that only users with push access see, and is then published with its tag and found by it", async () => {
    const id = idOf(await draft("v1"));
    expect((await upload(id, "a.raw", "bytes")).status).toBe(201);
    const reader = current().token({ contents: "read" });
    expect((await send("GET", "/releases", undefined, reader)).body).toEqual([]);
    expect((await send("GET", "/releases")).body).toMatchObject([{ id, draft: true }]);
    expect((await send("GET", "/releases/tags/v1")).status).toBe(404);
    expect(await download("releases/download/v1/a.raw")).toBe("404");

    expect((await send("PATCH", `/releases/${id}`, { draft: false, make_latest: "true" })).status).toBe(200);
    expect((await send("GET", "/releases/tags/v1")).body).toMatchObject({ id, draft: false });
    expect((await send("GET", "/tags")).body).toMatchObject([{ name: "v1" }]);
    expect(await download("releases/download/v1/a.raw")).toBe("bytes");
    expect(await download("releases/latest/download/a.raw")).toBe("bytes");
  });

  test("is the latest only if it is not a draft, and if `make_latest` is a string", async () => {
    const id = idOf(await draft("v1"));
    expect((await send("PATCH", `/releases/${id}`, { make_latest: "true" })).status).toBe(422);
    expect((await send("PATCH", `/releases/${id}`, { draft: false, make_latest: true })).status).toBe(422);
    const prerelease = { tag_name: "v2", prerelease: true, make_latest: "true" };
    expect((await send("POST", "/releases", prerelease)).status).toBe(422);
    await send("PATCH", `/releases/${id}`, { draft: false });
    await send("POST", "/releases", { tag_name: "v3", make_latest: "false" });
    expect((await send("GET", "/releases/latest")).body).toMatchObject({ tag_name: "v1" });
  });

  test("may share its tag with others while it is a draft, but not once it is published", async () => {
    const [first, second] = [idOf(await draft("v1")), idOf(await draft("v1"))];
    await send("PATCH", `/releases/${first}`, { draft: false });
    expect((await send("PATCH", `/releases/${second}`, { draft: false })).body).toMatchObject({
      errors: [{ resource: "Release", code: "already_exists", field: "tag_name" }],
    });
    expect((await send("POST", "/releases", { tag_name: "v1" })).status).toBe(422);
  });

  test("leaves its tag behind when it is deleted", async () => {
    const id = idOf(await send("POST", "/releases", { tag_name: "v1" }));
    expect((await send("DELETE", `/releases/${id}`)).status).toBe(204);
    expect((await send("GET", "/git/ref/tags/v1")).status).toBe(200);
    expect((await send("DELETE", "/git/refs/tags/v1")).status).toBe(204);
    expect((await send("DELETE", "/git/refs/tags/v1")).status).toBe(422);
  });

  test("that is immutable keeps its assets and its tag permanently", async () => {
    current().repository("acme/x").state.immutableReleases = true;
    const id = idOf(await draft("v1"));
    const asset = idOf(await upload(id, "a.raw", "bytes"));
    expect((await send("PATCH", `/releases/${id}`, { draft: false })).body).toMatchObject({
      immutable: true,
    });
    expect((await upload(id, "b.raw", "bytes")).status).toBe(422);
    expect((await send("DELETE", `/releases/assets/${asset}`)).status).toBe(422);
    expect((await send("DELETE", "/git/refs/tags/v1")).status).toBe(422);
    expect((await send("PATCH", `/releases/${id}`, { body: "other notes" })).status).toBe(200);
    expect((await send("DELETE", `/releases/${id}`)).status).toBe(204);
    expect((await draft("v1")).body).toMatchObject({
      errors: [{ message: "tag_name was used by an immutable release" }],
    });
  });
});

describe("an asset", () => {
  test("has a sanitized name and a digest, and its name is unique", async () => {
    const id = idOf(await draft("v1"));
    expect((await upload(id, "a b~c.raw", "bytes")).body).toMatchObject({
      name: "a.b.c.raw",
      state: "uploaded",
      size: 5,
      digest: "sha256:277089d91c0bdf4f2e6862ba7e4a07605119431f5d13f726dd352b06f1b206a9",
    });
    expect((await upload(id, "a b~c.raw", "bytes")).body).toMatchObject({
      errors: [{ resource: "ReleaseAsset", code: "already_exists", field: "name" }],
    });
  });

  test("needs a content length, and is one of at most a thousand", async () => {
    const release = current()
      .repository("acme/x")
      .release("v1", { draft: true, assets: { a: "x" } });
    expect((await upload(release.id, "empty", "")).status).toBe(400);
    release.assets = Array.from({ length: 1000 }, (_, index) => ({
      ...release.assets[0]!,
      name: `a${index}`,
    }));
    expect((await upload(release.id, "one-more", "x")).status).toBe(422);
  });

  test("whose upload was interrupted is a starter without bytes", async () => {
    const id = idOf(await draft("v1"));
    current().fault(({ part }) => part === "uploads", { cut: "during" });
    await expect(upload(id, "a.raw", "x".repeat(5_000_000))).rejects.toThrow("fetch failed");
    expect((await send("GET", `/releases/${id}/assets`)).body).toMatchObject([
      { name: "a.raw", state: "starter", size: 0, digest: null },
    ]);
  });
});

test("a tag resolves to its commit, through its tag object if it is annotated, and to the source of that commit", async () => {
  const repository = current().repository("acme/x");
  const commit = repository.commit({ "autogen.sh": "#!/bin/sh\n", "src/x.c": "int main;\n" });
  repository.tag("v1.0", { commit });
  repository.tag("v1.1", { commit, annotated: true });
  expect((await send("GET", "/tags")).body).toMatchObject([
    { name: "v1.1", commit: { sha: commit } },
    { name: "v1.0", commit: { sha: commit } },
  ]);
  expect((await send("GET", "/git/ref/tags/v1.0")).body).toMatchObject({
    object: { type: "commit", sha: commit },
  });
  const { body } = await send("GET", "/git/ref/tags/v1.1");
  const { object } = z.object({ object: z.object({ type: z.literal("tag"), sha: z.string() }) }).parse(body);
  expect((await send("GET", `/git/tags/${object.sha}`)).body).toMatchObject({ object: { sha: commit } });
  expect((await send("GET", "/git/matching-refs/tags/v1")).body).toHaveLength(2);
  expect((await send("GET", `/git/commits/${commit}`)).body).toMatchObject({ sha: commit });
  expect((await send("GET", `/tarball/${commit}`)).headers.get("location")).toMatch(
    current().origins.storage,
  );

  const moved = repository.tag("v1.0");
  expect((await send("GET", "/git/ref/tags/v1.0")).body).toMatchObject({ object: { sha: moved } });
  const archives = await Promise.all([1, 2].map(() => download(`archive/${commit}.tar.gz`)));
  expect(archives[0]).toBe(archives[1]);
  expect(archives[0]?.length).toBeGreaterThan(100);
});

test("an issue is opened, labelled, found by its label, commented and closed", async () => {
  const token = current().token({ issues: "write" });
  const issue = { title: "The watch fails", body: "since yesterday", labels: ["kiln"] };
  expect((await send("POST", "/issues", issue, token)).body).toMatchObject({
    number: 1,
    state: "open",
    user: { login: "github-actions[bot]" },
    labels: [{ name: "kiln" }],
  });
  expect((await send("GET", "/issues?labels=kiln&state=open", undefined, token)).body).toHaveLength(1);
  expect((await send("GET", "/issues?labels=other", undefined, token)).body).toEqual([]);
  expect((await send("POST", "/issues/1/comments", { body: "still" }, token)).status).toBe(201);
  expect((await send("GET", "/issues/1/comments", undefined, token)).body).toMatchObject([{ body: "still" }]);
  await send("PATCH", "/issues/1", { state: "closed", body: "resolved" }, token);
  expect((await send("GET", "/issues/1", undefined, token)).body).toMatchObject({
    state: "closed",
    body: "resolved",
    comments: 1,
  });
  expect((await send("POST", "/labels", { name: "kiln" }, token)).status).toBe(422);
  expect((await send("GET", "/labels", undefined, token)).body).toMatchObject([{ name: "kiln" }]);
});

test("a workflow can be enabled again, and lists its runs", async () => {
  const token = current().token({ actions: "write" });
  const repository = current().repository("acme/x");
  const workflow = repository.workflow("release.yml", { state: "disabled_inactivity" });
  repository.run(workflow);
  repository.run(workflow, { conclusion: "failure" });
  expect((await send("GET", "/actions/workflows", undefined, token)).body).toMatchObject({ total_count: 1 });
  expect((await send("PUT", "/actions/workflows/release.yml/enable", undefined, token)).status).toBe(204);
  expect((await send("GET", `/actions/workflows/${workflow.id}`, undefined, token)).body).toMatchObject({
    state: "active",
    path: ".github/workflows/release.yml",
  });
  const runs = "/actions/workflows/release.yml/runs";
  expect((await send("GET", `${runs}?status=success`, undefined, token)).body).toMatchObject({
    total_count: 1,
    workflow_runs: [{ run_number: 1, conclusion: "success" }],
  });
  expect((await send("GET", runs, undefined, token)).body).toMatchObject({ total_count: 2 });
  expect((await send("PUT", "/actions/workflows/release.yml/disable", undefined, token)).status).toBe(204);
});
