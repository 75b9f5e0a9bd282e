import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzz, mutatedJson, outcomeOf, type Json } from "@sysext-kiln/fuzz";
import { afterAll, beforeAll, expect } from "vitest";
import { buildRecordSchema, formatBuildRecord, readBuildRecord } from "./build-record.ts";

const sha256 = "0123456789abcdef".repeat(4);
const sample: Json = {
  extension: "etcd",
  version: { upstream: "3.5.30", revision: 1 },
  architecture: "arm64",
  upstream: "debian",
  inputs: [
    {
      name: "etcd-server.deb",
      url: "https://example.org/etcd-server.deb",
      size: 10,
      sha256,
      origin: { kind: "debian", suite: "trixie", package: "etcd-server", version: "3.5.30-1" },
      take: { "usr/bin/etcd": "usr/bin/etcd" },
    },
  ],
  recipe: sha256,
  hostLibraries: [],
  image: { name: "etcd-3.5.30-arm64.raw", size: 4096, sha256, epoch: 1_700_000_000 },
  tools: { mksquashfs: "mksquashfs version 4.5.1 (2022/03/17)" },
  packages: [{ name: "gcc-14", version: "14.2.0-19", architecture: "amd64" }],
};

let path: string;
beforeAll(async () => {
  path = join(await mkdtemp(join(tmpdir(), "kiln-record-fuzz-")), "build.json");
});
afterAll(() => rm(join(path, ".."), { recursive: true }));

fuzz("the record of an image is printable ASCII or rejected", mutatedJson([sample]), async (value) => {
  await writeFile(path, JSON.stringify(value));
  const outcome = await outcomeOf(["document-invalid"], () => readBuildRecord(path, "build it again"));
  if (!outcome.accepted) return;
  const record = outcome.value;
  // The record and its image are named in release notes and in signed manifests, line by line.
  expect(JSON.stringify(record)).toMatch(/^[ -~]*$/);
  expect(JSON.stringify(record.tools) + JSON.stringify(record.packages)).not.toContain("\\u");
  expect(buildRecordSchema.parse(JSON.parse(formatBuildRecord(record)))).toEqual(record);
});
