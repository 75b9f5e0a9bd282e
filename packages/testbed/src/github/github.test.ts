import { z } from "zod";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startGitHub, type GitHub } from "./github.ts";
import type { Permissions } from "./state.ts";

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub();
  github.repository("acme/x");
});
// Fails where an answer was not as GitHub describes it.
afterEach(() => github[Symbol.asyncDispose]());

interface Spoken {
  status: number;
  headers: Headers;
  body: unknown;
}

/** Speaks to the API without a client: what is sent here is what goes over the wire. */
async function speak(method: string, path: string, body?: unknown, token?: string): Promise<Spoken> {
  const response = await fetch(`${github.origins.api}/repos/acme/x${path}`, {
    method,
    redirect: "manual",
    headers: { authorization: `Bearer ${token ?? github.environment.GITHUB_TOKEN}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === "" ? undefined : JSON.parse(text),
  };
}

const idOf = ({ body }: Spoken) => z.object({ id: z.int() }).parse(body).id;

async function upload(release: number, name: string, bytes: string): Promise<Spoken> {
  const query = new URLSearchParams({ name });
  const address = `${github.origins.uploads}/repos/acme/x/releases/${release}/assets?${query.toString()}`;
  const response = await fetch(address, {
    method: "POST",
    headers: { authorization: `Bearer ${github.environment.GITHUB_TOKEN}` },
    body: bytes,
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const draft = (tag: string) => speak("POST", "/releases", { tag_name: tag, draft: true });

/** What stands at an address of github.com, after redirects. */
async function download(path: string): Promise<string> {
  const response = await fetch(`${github.origins.web}/acme/x/${path}`);
  return response.ok ? response.text() : String(response.status);
}

describe("a release", () => {
  test("is a draft that only pushers see, then published whole, with its tag, and found by it", async () => {
    const id = idOf(await draft("v1"));
    expect((await upload(id, "a.raw", "bytes")).status).toBe(201);
    const reader = github.token({ contents: "read" });
    expect((await speak("GET", "/releases", undefined, reader)).body).toEqual([]);
    expect((await speak("GET", "/releases")).body).toMatchObject([{ id, draft: true }]);
    expect((await speak("GET", "/releases/tags/v1")).status).toBe(404);
    expect(await download("releases/download/v1/a.raw")).toBe("404");

    expect((await speak("PATCH", `/releases/${id}`, { draft: false, make_latest: "true" })).status).toBe(200);
    expect((await speak("GET", "/releases/tags/v1")).body).toMatchObject({ id, draft: false });
    expect((await speak("GET", "/tags")).body).toMatchObject([{ name: "v1" }]);
    expect(await download("releases/download/v1/a.raw")).toBe("bytes");
    expect(await download("releases/latest/download/a.raw")).toBe("bytes");
  });

  test("is the latest only when it is no draft, and when the word for it is a string", async () => {
    const id = idOf(await draft("v1"));
    expect((await speak("PATCH", `/releases/${id}`, { make_latest: "true" })).status).toBe(422);
    expect((await speak("PATCH", `/releases/${id}`, { draft: false, make_latest: true })).status).toBe(422);
    const prerelease = { tag_name: "v2", prerelease: true, make_latest: "true" };
    expect((await speak("POST", "/releases", prerelease)).status).toBe(422);
    await speak("PATCH", `/releases/${id}`, { draft: false });
    await speak("POST", "/releases", { tag_name: "v3", make_latest: "false" });
    expect((await speak("GET", "/releases/latest")).body).toMatchObject({ tag_name: "v1" });
  });

  test("may have twins while it is a draft, and none once it is published", async () => {
    const [first, second] = [idOf(await draft("v1")), idOf(await draft("v1"))];
    await speak("PATCH", `/releases/${first}`, { draft: false });
    expect((await speak("PATCH", `/releases/${second}`, { draft: false })).body).toMatchObject({
      errors: [{ resource: "Release", code: "already_exists", field: "tag_name" }],
    });
    expect((await speak("POST", "/releases", { tag_name: "v1" })).status).toBe(422);
  });

  test("leaves its tag behind when it is removed", async () => {
    const id = idOf(await speak("POST", "/releases", { tag_name: "v1" }));
    expect((await speak("DELETE", `/releases/${id}`)).status).toBe(204);
    expect((await speak("GET", "/git/ref/tags/v1")).status).toBe(200);
    expect((await speak("DELETE", "/git/refs/tags/v1")).status).toBe(204);
    expect((await speak("DELETE", "/git/refs/tags/v1")).status).toBe(422);
  });

  test("that is immutable keeps its assets and its tag for ever", async () => {
    github.repository("acme/x").state.immutableReleases = true;
    const id = idOf(await draft("v1"));
    const asset = idOf(await upload(id, "a.raw", "bytes"));
    expect((await speak("PATCH", `/releases/${id}`, { draft: false })).body).toMatchObject({
      immutable: true,
    });
    expect((await upload(id, "b.raw", "bytes")).status).toBe(422);
    expect((await speak("DELETE", `/releases/assets/${asset}`)).status).toBe(422);
    expect((await speak("DELETE", "/git/refs/tags/v1")).status).toBe(422);
    expect((await speak("PATCH", `/releases/${id}`, { body: "other notes" })).status).toBe(200);
    expect((await speak("DELETE", `/releases/${id}`)).status).toBe(204);
    expect((await draft("v1")).body).toMatchObject({
      errors: [{ message: "tag_name was used by an immutable release" }],
    });
  });
});

describe("an asset", () => {
  test("has a sanitised name, a digest, and no twin", async () => {
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

  test("needs a length, and is one of a thousand", async () => {
    const release = github.repository("acme/x").release("v1", { draft: true, assets: { a: "x" } });
    expect((await upload(release.id, "empty", "")).status).toBe(400);
    release.assets = Array.from({ length: 1000 }, (_, index) => ({
      ...release.assets[0]!,
      name: `a${index}`,
    }));
    expect((await upload(release.id, "one-more", "x")).status).toBe(422);
  });

  test("whose upload died is there as a starter, and its bytes are nowhere", async () => {
    const id = idOf(await draft("v1"));
    github.fault(({ part }) => part === "uploads", { cut: "during" });
    await expect(upload(id, "a.raw", "x".repeat(5_000_000))).rejects.toThrow("fetch failed");
    expect((await speak("GET", `/releases/${id}/assets`)).body).toMatchObject([
      { name: "a.raw", state: "starter", size: 0, digest: null },
    ]);
  });
});

test("a tag leads to its commit, an annotated one by way of its object, and to the source of that commit", async () => {
  const repository = github.repository("acme/x");
  const commit = repository.commit({ "autogen.sh": "#!/bin/sh\n", "src/x.c": "int main;\n" });
  repository.tag("v1.0", { commit });
  repository.tag("v1.1", { commit, annotated: true });
  expect((await speak("GET", "/tags")).body).toMatchObject([
    { name: "v1.1", commit: { sha: commit } },
    { name: "v1.0", commit: { sha: commit } },
  ]);
  expect((await speak("GET", "/git/ref/tags/v1.0")).body).toMatchObject({
    object: { type: "commit", sha: commit },
  });
  const { body } = await speak("GET", "/git/ref/tags/v1.1");
  const { object } = z.object({ object: z.object({ type: z.literal("tag"), sha: z.string() }) }).parse(body);
  expect((await speak("GET", `/git/tags/${object.sha}`)).body).toMatchObject({ object: { sha: commit } });
  expect((await speak("GET", "/git/matching-refs/tags/v1")).body).toHaveLength(2);
  expect((await speak("GET", `/git/commits/${commit}`)).body).toMatchObject({ sha: commit });
  expect((await speak("GET", `/tarball/${commit}`)).headers.get("location")).toMatch(github.origins.storage);

  const moved = repository.tag("v1.0");
  expect((await speak("GET", "/git/ref/tags/v1.0")).body).toMatchObject({ object: { sha: moved } });
  const archives = await Promise.all([1, 2].map(() => download(`archive/${commit}.tar.gz`)));
  expect(archives[0]).toBe(archives[1]);
  expect(archives[0]?.length).toBeGreaterThan(100);
});

test("an issue is opened, labelled, found by its label, commented and closed", async () => {
  const token = github.token({ issues: "write" });
  const issue = { title: "The watch fails", body: "since yesterday", labels: ["kiln"] };
  expect((await speak("POST", "/issues", issue, token)).body).toMatchObject({
    number: 1,
    state: "open",
    user: { login: "github-actions[bot]" },
    labels: [{ name: "kiln" }],
  });
  expect((await speak("GET", "/issues?labels=kiln&state=open", undefined, token)).body).toHaveLength(1);
  expect((await speak("GET", "/issues?labels=other", undefined, token)).body).toEqual([]);
  expect((await speak("POST", "/issues/1/comments", { body: "still" }, token)).status).toBe(201);
  expect((await speak("GET", "/issues/1/comments", undefined, token)).body).toMatchObject([
    { body: "still" },
  ]);
  await speak("PATCH", "/issues/1", { state: "closed", body: "all is well" }, token);
  expect((await speak("GET", "/issues/1", undefined, token)).body).toMatchObject({
    state: "closed",
    body: "all is well",
    comments: 1,
  });
  expect((await speak("POST", "/labels", { name: "kiln" }, token)).status).toBe(422);
  expect((await speak("GET", "/labels", undefined, token)).body).toMatchObject([{ name: "kiln" }]);
});

test("a workflow is switched on again, and tells of its runs", async () => {
  const token = github.token({ actions: "write" });
  const repository = github.repository("acme/x");
  const workflow = repository.workflow("release.yml", { state: "disabled_inactivity" });
  repository.run(workflow);
  repository.run(workflow, { conclusion: "failure" });
  expect((await speak("GET", "/actions/workflows", undefined, token)).body).toMatchObject({ total_count: 1 });
  expect((await speak("PUT", "/actions/workflows/release.yml/enable", undefined, token)).status).toBe(204);
  expect((await speak("GET", `/actions/workflows/${workflow.id}`, undefined, token)).body).toMatchObject({
    state: "active",
    path: ".github/workflows/release.yml",
  });
  const runs = "/actions/workflows/release.yml/runs";
  expect((await speak("GET", `${runs}?status=success`, undefined, token)).body).toMatchObject({
    total_count: 1,
    workflow_runs: [{ run_number: 1, conclusion: "success" }],
  });
  expect((await speak("GET", runs, undefined, token)).body).toMatchObject({ total_count: 2 });
  expect((await speak("PUT", "/actions/workflows/release.yml/disable", undefined, token)).status).toBe(204);
});

describe("a token", () => {
  test.each<[string, string, unknown, Permissions, string]>([
    ["POST", "/releases", { tag_name: "v1" }, { contents: "read" }, "contents=write"],
    ["POST", "/issues", { title: "x" }, { contents: "write" }, "issues=write"],
    ["PUT", "/actions/workflows/1/enable", undefined, { actions: "read" }, "actions=write"],
  ])(
    "without the right to %s %s is told which one is missing",
    async (method, path, body, permissions, missing) => {
      const { status, headers, body: said } = await speak(method, path, body, github.token(permissions));
      expect(status).toBe(403);
      expect(said).toMatchObject({ message: "Resource not accessible by integration" });
      expect(headers.get("x-accepted-github-permissions")).toBe(missing);
    },
  );

  test("that nobody knows is refused, and a private repository is not there without one", async () => {
    expect((await speak("GET", "/tags", undefined, "ghs_unknown")).status).toBe(401);
    github.repository("acme/x").state.isPrivate = true;
    expect((await fetch(`${github.origins.api}/repos/acme/x/tags`)).status).toBe(404);
    const { body } = await speak("GET", "", undefined, github.token({ contents: "read" }));
    expect(body).toMatchObject({ full_name: "acme/x", private: true });
    expect(await download("releases/download/v1/a.raw")).toBe("404");
  });

  test("is not taken where downloads lead", async () => {
    github.repository("acme/x").release("v1", { assets: { a: "x" } });
    const { headers } = await fetch(`${github.origins.web}/acme/x/releases/download/v1/a`, {
      redirect: "manual",
    });
    const address = headers.get("location") ?? "";
    expect((await fetch(address, { headers: { authorization: "Bearer x" } })).status).toBe(400);
    expect(await (await fetch(address)).text()).toBe("x");
  });
});

describe("a limit", () => {
  test("is told with every answer, is reached, and ends", async () => {
    const token = github.token({}, { limit: 1, resetsAt: Date.now() + 300 });
    expect((await speak("GET", "/tags", undefined, token)).headers.get("x-ratelimit-remaining")).toBe("0");
    const refused = await speak("GET", "/tags", undefined, token);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ message: expect.stringContaining("rate limit exceeded") });
    await expect.poll(async () => (await speak("GET", "/tags", undefined, token)).status).toBe(200);
  });

  test("of the second kind says how long to wait", async () => {
    github.fault(1, { retryAfter: 7 });
    const { status, headers } = await speak("GET", "/tags");
    expect([status, headers.get("retry-after")]).toEqual([403, "7"]);
  });
});

const isCreation = ({ method }: { method: string }) => method === "POST";

async function attempt(): Promise<number | "cut"> {
  return draft("v1").then(
    ({ status }) => status,
    () => "cut",
  );
}

describe("a fault", () => {
  test("prevents the effect or follows it, and occurs once", async () => {
    github.fault(isCreation, { answer: 500 });
    github.fault(isCreation, { answer: 502, after: true });
    github.fault(isCreation, { cut: "before" });
    github.fault(isCreation, { cut: "after" });
    const outcomes = [await attempt(), await attempt(), await attempt(), await attempt(), await attempt()];
    expect(outcomes).toEqual([500, 502, "cut", "cut", 201]);
    expect(github.repository("acme/x").state.releases).toHaveLength(3);
  });

  test.each([
    ["null-digest", { state: "uploaded", digest: null }],
    ["wrong-digest", { state: "uploaded", digest: `sha256:${"0".repeat(64)}` }],
  ] as const)("leaves an asset with a %s", async (asset, expected) => {
    const id = idOf(await draft("v1"));
    github.fault(({ part }) => part === "uploads", { asset });
    await upload(id, "a", "x");
    expect((await speak("GET", `/releases/${id}`)).body).toMatchObject({ assets: [expected] });
  });
});
