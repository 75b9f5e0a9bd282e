import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzz, mutatedJson, mutatedText, outcomeOf, type Json } from "@sysext-kiln/fuzz";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { parseReleaseTag, releaseTag } from "./names.ts";
import { formatPlan, planSchema, readPlan } from "./plan.ts";
import { placementOf } from "./upstreams/take.ts";

const sha256 = "0123456789abcdef".repeat(4);
const object = sha256.slice(0, 40);
const source = { kind: "github", repository: "acassen/keepalived", tag: "v2.3.4", object, commit: object };
const common = { architecture: "arm64", recipe: sha256, hostLibraries: [] };
const sample: Json = {
  builds: [
    {
      ...common,
      extension: "etcd",
      version: { upstream: "3.5.30", revision: 1 },
      upstream: "debian",
      inputs: [
        {
          name: "etcd-server.deb",
          url: "https://example.org/pool/etcd-server_3.5.30_arm64.deb",
          size: 10,
          sha256,
          origin: { kind: "debian", suite: "trixie", package: "etcd-server", version: "3.5.30-1" },
          take: {
            "usr/bin/etcd": "usr/bin/etcd",
            "usr/share/": { to: "etc/", except: ["doc/*"] },
          },
        },
      ],
    },
    {
      ...common,
      extension: "keepalived",
      version: { upstream: "2.3.4", revision: 2 },
      upstream: "github",
      inputs: [
        {
          name: "keepalived.orig.tar",
          url: "https://example.org/acassen/keepalived/archive/0123.tar.gz",
          tree: object,
          epoch: 1_700_000_000,
          origin: source,
        },
        {
          name: "etcd.tar.gz",
          url: "https://example.org/etcd.tar.gz",
          size: 5,
          sha256,
          origin: { ...source, checksums: "SHA256SUMS" },
        },
      ],
    },
  ],
};

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "kiln-plan-fuzz-")), "plan.json");
});
afterAll(() => rm(join(path, ".."), { recursive: true }));

async function check(text: string): Promise<void> {
  await writeFile(path, text);
  const outcome = await outcomeOf(["document-invalid"], () => readPlan(path));
  if (!outcome.accepted) return;
  for (const { extension, version, inputs, hostLibraries } of outcome.value.builds) {
    expect(parseReleaseTag({ name: extension }, releaseTag({ name: extension }, version))).toEqual(version);
    expect(extension).toMatch(/^[a-z0-9][a-z0-9+._-]*$/);
    for (const input of [...inputs, ...hostLibraries]) {
      expect(input.name).toMatch(/^[a-z0-9][!-.0-~]*$/);
      if ("url" in input) expect(input.url).toMatch(/^https?:\/\/[^/?#@]+([/?#][!-~]*)?$/i);
      for (const to of "take" in input ? Object.values(input.take ?? {}) : [])
        expect(join("/r", placementOf(to).to)).toBe(`/r/${placementOf(to).to}`);
    }
  }
  expect(planSchema.parse(JSON.parse(formatPlan(outcome.value)))).toEqual(outcome.value);
}

describe("a plan from anywhere", () => {
  fuzz("names only what can be built, or is rejected", mutatedJson([sample]), (value) =>
    check(JSON.stringify(value)),
  );

  fuzz(
    "whose text is damaged is valid, or rejected",
    mutatedText([JSON.stringify(sample, null, 2)], ["[".repeat(10_000), '{"a":'.repeat(10_000)]),
    check,
  );
});
