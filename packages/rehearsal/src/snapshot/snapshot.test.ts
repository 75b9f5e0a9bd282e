import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { snapshotFile, type SnapshotContents } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readSnapshot } from "./snapshot.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-snapshot-"));
});
afterAll(() => rm(folder, { recursive: true }));

const one = { id: 1, name: "one", peerURLs: ["http://one:2380"], clientURLs: ["http://one:2379"] };
const contents: SnapshotContents = {
  members: {
    "8e9e05c52164694d": JSON.stringify(one),
    b8c6addf901e4e46: '{"id":2,"peerURLs":null,"isLearner":true}',
  },
  members_removed: { fd422379fda50e48: "removed" },
  cluster: { clusterVersion: "3.5.0", downgrade: "{}" },
  auth: { authEnabled: Buffer.from([1]), authRevision: Buffer.alloc(8) },
  // Ids 1 and 0x694d8e9e05c52101, TTLs 300 and 5, and 150 seconds left of the first one.
  lease: {
    a: Buffer.from([8, 1, 16, 0xac, 2, 24, 0x96, 1]),
    b: Buffer.from([8, 0x81, 0xc2, 0x94, 0xae, 0xe0, 0xd3, 0xe3, 0xa6, 0x69, 16, 5]),
  },
};

async function written(bytes: Buffer): Promise<string> {
  const path = join(folder, "snapshot.db");
  await writeFile(path, bytes);
  return path;
}

test("a snapshot shows its members, leases, series and authentication", async () => {
  const path = await written(snapshotFile(contents));
  expect(await readSnapshot(path)).toEqual({
    path,
    ...{ size: expect.any(Number), digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    members: [
      {
        id: "8e9e05c52164694d",
        name: "one",
        peerUrls: ["http://one:2380"],
        clientUrls: ["http://one:2379"],
        isLearner: false,
      },
      { id: "b8c6addf901e4e46", name: "", peerUrls: [], clientUrls: [], isLearner: true },
    ],
    removed: ["fd422379fda50e48"],
    leases: new Map([
      ["0000000000000001", 150],
      ["694d8e9e05c52101", 5],
    ]),
    hasAuthentication: true,
    series: "3.5",
  });
});

test("the version of the data counts, if it is stored", async () => {
  const newer = { ...contents, meta: { storageVersion: "3.6.0" } };
  expect(await readSnapshot(await written(snapshotFile(newer)))).toMatchObject({ series: "3.6" });
});

test("an empty database has nothing of it", async () => {
  expect(await readSnapshot(await written(snapshotFile({})))).toMatchObject({
    members: [],
    hasAuthentication: false,
    series: undefined,
  });
});

describe("a file is refused if it", () => {
  const good = snapshotFile(contents);
  const changed = (at: number) => {
    const bytes = Buffer.from(good);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  test.each([
    ["is empty", Buffer.alloc(0), "it ends too early"],
    ["is a text", Buffer.from("no snapshot\n".repeat(1000)), "it does not begin as a database of etcd does"],
    ["is compressed", gzipSync(good), /it does not begin|it ends too early/],
    ["is a copy of etcd's own file, without a digest", good.subarray(0, -32), "no digest at its end"],
    ["was cut off", good.subarray(0, 6 * 4096), "no digest at its end"],
    ["has a changed byte", changed(good.length - 100), /^the SHA-256 digest \w+, but \w+ at its end$/],
  ])("%s", async (_, bytes, found) => {
    await expect(readSnapshot(await written(bytes))).rejects.toMatchObject({
      code: "snapshot-invalid",
      found: expect.stringMatching(found),
    });
  });
});
