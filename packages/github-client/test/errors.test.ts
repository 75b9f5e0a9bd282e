import { inspect } from "node:util";
import { listReleases, openGitHubClient } from "@sysext-kiln/github-client";
import { startGitHub, type GitHub } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { clientOf } from "./open.ts";

const repository = { owner: "acme", repo: "extensions" };

let github: GitHub;
beforeEach(async () => {
  github = await startGitHub();
  github.repository("acme/extensions");
});
afterEach(() => github[Symbol.asyncDispose]());

const draft = (client: ReturnType<typeof clientOf>) =>
  client.call(
    client.rest.repos.createRelease,
    { ...repository, tag_name: "v1", draft: true },
    z.object({ id: z.int() }),
  );

function errorOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe("one clear error, which never contains the token, for", () => {
  test("a missing permission: its name and the job that lacks it", async () => {
    const token = github.token({ contents: "read" });
    const error = await errorOf(draft(clientOf(github, { token, job: "publish" })));
    expect(error).toMatchObject({
      code: "permission-missing",
      expected: expect.stringContaining('"contents: write" on acme/extensions'),
      next: 'add "contents: write" to the permissions of the job "publish" in its workflow',
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(token);
  });

  test("a token that GitHub does not know, and a missing token", async () => {
    const wrong = await errorOf(draft(clientOf(github, { token: "ghs_wrong" })));
    expect(wrong).toMatchObject({ code: "token-invalid", found: expect.stringContaining("Bad credentials") });
    expect(inspect(wrong, { depth: 10, showHidden: true })).not.toContain("ghs_wrong");
    expect(await errorOf(draft(clientOf(github, { token: undefined })))).toMatchObject({
      code: "token-invalid",
      found: "none",
    });
  });

  test("a repository that does not exist", async () => {
    const work = listReleases(clientOf(github), { owner: "acme", repo: "nothing" });
    expect(await errorOf(work)).toMatchObject({
      code: "repository-missing",
      expected: expect.stringContaining("acme/nothing"),
    });
  });

  test("a rate limit that ends too late to wait for: when it ends", async () => {
    const resetsAt = new Date(Date.now() + 7_200_000).setMinutes(30, 30, 0);
    const token = github.token({}, { limit: 1, used: 1, resetsAt });
    const work = listReleases(clientOf(github, { token, waitScale: 1 }), repository);
    expect(await errorOf(work)).toMatchObject({
      code: "rate-limited",
      found: expect.stringMatching(
        `its rate limit is reached until ${new Date(resetsAt).toISOString().slice(0, 16)}`,
      ),
    });
  });

  test("a token from another variable: the name of that variable", async () => {
    const at = { tokenVariable: "KILN_UPSTREAM_TOKEN", waitScale: 1 };
    const refused = await errorOf(listReleases(clientOf(github, { ...at, token: "ghs_wrong" }), repository));
    expect(refused).toMatchObject({
      code: "token-invalid",
      expected: expect.stringContaining("KILN_UPSTREAM_TOKEN"),
    });
    github.fault(2, { retryAfter: 3600 });
    const limited = await errorOf(listReleases(clientOf(github, { ...at, token: undefined }), repository));
    expect(limited).toMatchObject({
      code: "rate-limited",
      next: "set KILN_UPSTREAM_TOKEN: with a token the limit is many times higher",
    });
  });

  test.each([{ "retry-after": "*" }, { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9".repeat(20) }])(
    "a rate limit until an invalid time: %j",
    async (headers) => {
      github.fault(() => true, { respond: { status: 429, headers, body: {} } }, Infinity);
      expect(await errorOf(listReleases(clientOf(github), repository))).toMatchObject({
        code: "rate-limited",
      });
    },
  );

  test("a failing server, and one that does not respond", async () => {
    github.fault(() => true, { answer: 502 }, 10);
    expect(await errorOf(listReleases(clientOf(github), repository))).toMatchObject({
      code: "network-unreachable",
      found: expect.stringContaining("status 502"),
    });
    const nowhere = openGitHubClient({ apiUrl: "http://127.0.0.1:1", waitScale: 0 });
    expect(await errorOf(listReleases(nowhere, repository))).toMatchObject({ code: "network-unreachable" });
  });

  test("an answer with another structure", async () => {
    const client = clientOf(github);
    const work = client.call(client.rest.repos.listTags, repository, z.object({ name: z.string() }));
    expect(await errorOf(work)).toMatchObject({
      code: "document-invalid",
      expected: expect.stringContaining("GET /repos/acme/extensions/tags"),
    });
  });
});

describe("a failed request", () => {
  test.each([
    ["that was answered with 500", { answer: 500 }],
    ["that was cut off", { cut: "before" }],
    ["whose answer was lost", { cut: "after" }],
    ["that was sent too soon after others", { retryAfter: 2 }],
    ["that was sent too soon after others, with status 429", { retryAfter: 2, status: 429 }],
    [
      "that was refused with status 429 and no reason",
      { respond: { status: 429, headers: { "retry-after": "2" }, body: {} } },
    ],
  ] as const)("%s is repeated if it only reads", async (_, fault) => {
    github.fault(1, fault);
    expect(await listReleases(clientOf(github), repository)).toEqual([]);
    expect(github.requests).toHaveLength(2);
  });

  test("is not repeated if it creates something, which may have succeeded", async () => {
    github.fault(1, { cut: "after" });
    expect(await errorOf(draft(clientOf(github)))).toMatchObject({ code: "network-unreachable" });
    expect(github.repository("acme/extensions").state.releases).toHaveLength(1);
  });

  test.each([
    ["it took effect", { cut: "after" }],
    ["it had no effect", { cut: "before" }],
    ["it was refused temporarily", { retryAfter: 2 }],
  ] as const)("creates something exactly once, by checking before each attempt, if %s", async (_, fault) => {
    const client = clientOf(github);
    github.fault(1, fault);
    const find = async () =>
      (await listReleases(client, repository)).find(({ tag_name: tag }) => tag === "v1");
    await client.once(() => draft(client), find);
    expect(github.repository("acme/extensions").state.releases).toHaveLength(1);
  });
});

test("the client sends nothing more after a refusal that is too long to wait for", async () => {
  const client = clientOf(github, { waitScale: 1 });
  github.fault(1, { retryAfter: 3600 });
  for (const send of [() => draft(client), () => listReleases(client, repository), () => draft(client)])
    expect(await errorOf(send())).toMatchObject({ code: "rate-limited" });
  expect(github.requests).toHaveLength(1);
});

test("the client knows how many requests GitHub still accepts", async () => {
  const client = clientOf(github, { token: github.token({}, { limit: 10, used: 3 }) });
  expect(client.remaining()).toBeUndefined();
  await listReleases(client, repository);
  expect(client.remaining()).toBe(6);
});

test("the client says how long it waits when GitHub asks it to", async () => {
  const lines: string[] = [];
  github.fault(1, { retryAfter: 9 });
  await listReleases(clientOf(github, { say: (line) => lines.push(line) }), repository);
  expect(lines).toEqual(["waiting 9 s, as GitHub asks"]);
});
