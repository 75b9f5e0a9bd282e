import { hash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fuzz, mutatedBytes, outcomeOf } from "@sysext-kiln/fuzz";
import { snapshotFile } from "@sysext-kiln/testbed";
import { afterAll, describe, expect } from "vitest";
import { readSnapshot } from "./snapshot.ts";

const folder = await mkdtemp(join(tmpdir(), "kiln-snapshot-fuzz-"));
afterAll(() => rm(folder, { recursive: true }));

const sample = snapshotFile({
  members: { "8e9e05c52164694d": '{"name":"one"}', b8c6addf901e4e46: "{}" },
  lease: { a: Buffer.from([8, 1, 16, 5]) },
  cluster: { clusterVersion: "3.5.0" },
});
const databases = mutatedBytes([sample.subarray(0, -32)], ["members", "lease"]).map((bytes) =>
  bytes.subarray(0, bytes.length - (bytes.length % 512)),
);

describe("a snapshot with a correct digest", () => {
  fuzz("is read or refused, whatever is in it", databases, async (database) => {
    const path = join(folder, "snapshot.db");
    await writeFile(path, Buffer.concat([database, Buffer.from(hash("sha256", database), "hex")]));
    const outcome = await outcomeOf(["snapshot-invalid"], () => readSnapshot(path));
    if (outcome.accepted) expect(outcome.value.size).toBe(database.length + 32);
  });
});
