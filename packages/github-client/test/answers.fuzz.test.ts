import { fc, fuzz, mutatedJson, mutatedText, outcomeOf, type Json } from "@sysext-kiln/fuzz";
import {
  commitOfTag,
  findRelease,
  githubReleaseSchema,
  listReleases,
  listTags,
  sha256Of,
} from "@sysext-kiln/github-client";
import { startGitHub } from "@sysext-kiln/testbed";
import { afterAll, describe, expect } from "vitest";
import { clientOf } from "./open.ts";

const at = { owner: "acme", repo: "extensions" };
const sha = "0123456789abcdef0123456789abcdef01234567";
const codes = [
  "document-invalid",
  "github-refused",
  "rate-limited",
  "repository-missing",
  "permission-missing",
  "token-invalid",
  "network-unreachable",
] as const;

const github = await startGitHub();
afterAll(() => github[Symbol.asyncDispose]());
github.repository("acme/extensions");
const client = clientOf(github);
const asset = {
  ...{ id: 1, name: "etcd.tar.gz", state: "uploaded", size: 5, digest: `sha256:${"0".repeat(64)}` },
  browser_download_url: "https://github.example/acme/extensions/releases/download/v1/etcd.tar.gz",
};
const release = {
  ...{ id: 2, tag_name: "v1", body: "notes", draft: false, prerelease: false, immutable: true },
  created_at: "2026-01-01T00:00:00Z",
  published_at: "2026-01-01T00:00:00Z",
  upload_url: "https://uploads.example/releases/2/assets{?name,label}",
  assets: [asset],
};
const ref = { ref: "refs/tags/v1", object: { type: "tag", sha } };
const error = {
  message: "Not Found",
  documentation_url: "https://docs.example",
  errors: [{ code: "custom", field: "a" }],
};
const bodies: Json[] = [[release, { ...release, assets: [] }], release, [ref], { object: ref.object }, error];

/** Answers that any server could give. The client itself follows redirects and pages. */
const answers = fc.record({
  status: fc.oneof(
    { weight: 5, arbitrary: fc.constant(200) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        201,
        204,
        206,
        301,
        302,
        304,
        400,
        401,
        403,
        404,
        410,
        422,
        429,
        451,
        500,
        502,
      ),
    },
  ),
  headers: fc.dictionary(
    fc.constantFrom(
      "link",
      "location",
      "etag",
      "retry-after",
      "x-ratelimit-remaining",
      "x-ratelimit-reset",
      "content-type",
    ),
    fc.constantFrom(
      "",
      "0",
      "1",
      "-1",
      "x",
      "99999999999",
      "*",
      '"a"',
      "text/html",
      "application/json",
      `<${github.origins.api}/repos/acme/extensions/releases?page=2>; rel="next"`,
    ),
    { maxKeys: 3 },
  ),
  body: fc.oneof(
    mutatedJson(bodies).map((value) => JSON.stringify(value)),
    mutatedText(bodies.map((value) => JSON.stringify(value))),
  ),
});

let current: { status: number; headers: Record<string, string>; body: string };
github.fault(
  () => true,
  {
    respond: () => ({
      status: current.status,
      headers: { "content-type": "application/json", ...current.headers },
      bytes: Buffer.from(current.body),
    }),
  },
  Infinity,
);

describe("an answer of GitHub", () => {
  fuzz("about releases is valid or rejected", answers, async (answer) => {
    current = answer;
    const outcome = await outcomeOf(codes, () => listReleases(client, at));
    if (!outcome.accepted) return;
    for (const found of outcome.value) {
      expect(githubReleaseSchema.parse(found)).toEqual(found);
      for (const one of found.assets) expect(sha256Of(one) ?? "").toMatch(/^([0-9a-f]{64})?$/);
    }
  });

  fuzz("about one release is valid, empty or rejected", answers, async (answer) => {
    current = answer;
    const outcome = await outcomeOf(codes, () => findRelease(client, at, "v1"));
    if (outcome.accepted) expect(githubReleaseSchema.optional().parse(outcome.value)).toEqual(outcome.value);
  });

  fuzz("about tags leads to commits or is rejected", answers, async (answer) => {
    current = answer;
    const tags = await outcomeOf(codes, () => listTags(client, at));
    const found = tags.accepted ? tags.value : [{ name: "v1", object: { type: "tag", sha } }];
    for (const tag of found.slice(0, 2)) {
      const commit = await outcomeOf(codes, () => commitOfTag(client, at, tag));
      if (commit.accepted) expect(commit.value).toMatch(/^[0-9a-f]{40}$/);
    }
  });
});
