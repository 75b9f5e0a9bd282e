import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "@sysext-kiln/machine";
import { ensureTestPrograms, putFile } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { packSquashfs } from "./squashfs.ts";

test("packing says how much is done, and results in the same bytes each time", async () => {
  await ensureTestPrograms("mksquashfs");
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-squashfs-"));
  const tree = join(folder.path, "tree");
  await putFile(join(tree, "usr/bin/hello"), "hello ".repeat(500_000));
  const said: string[] = [];
  const digests: string[] = [];
  for (const name of ["one.raw", "two.raw"]) {
    const image = join(folder.path, name);
    await packSquashfs(tree, image, 1_600_000_000, (line) => said.push(line));
    digests.push(await digestOf(image));
  }
  expect(said).toContain("packing, 100 %");
  expect(new Set(digests).size).toBe(1);
});
