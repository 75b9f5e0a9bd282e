import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { snapshotFile } from "@sysext-kiln/testbed";
import { describe, expect, test } from "vitest";
import { copySnapshot } from "./copy-snapshot.ts";
import { readSnapshot } from "./snapshot.ts";

const original = snapshotFile({ cluster: { clusterVersion: "3.5.0" } });

/** Reads a snapshot, and copies it after the file has changed. */
async function copyOf(changed: Buffer) {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-copy-"));
  const [path, target] = [join(folder.path, "backup.db"), join(folder.path, "copy.db")];
  await writeFile(path, original);
  const snapshot = await readSnapshot(path);
  await writeFile(path, changed);
  await copySnapshot(snapshot, target, () => undefined);
  return { snapshot, copy: await readSnapshot(target) };
}

describe("a copy of a snapshot", () => {
  test("has the same content", async () => {
    const { snapshot, copy } = await copyOf(original);
    expect({ ...copy, path: snapshot.path }).toEqual(snapshot);
  });

  test.each([
    ["another snapshot", snapshotFile({ cluster: { clusterVersion: "3.6.0" } })],
    ["a damaged file", original.subarray(0, -100)],
  ])("is refused if %s has replaced it since it was read", async (found, changed) => {
    await expect(copyOf(changed)).rejects.toMatchObject({
      code: "snapshot-invalid",
      expected: expect.stringMatching(/backup\.db not to change while it is copied$/),
      found: expect.stringContaining(found),
    });
  });
});
