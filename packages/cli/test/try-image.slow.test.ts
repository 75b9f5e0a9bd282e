import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { digestOf } from "@sysext-kiln/machine";
import { makeDiskImage, smallLayout } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTerminal } from "./terminal.ts";

let folder: string;
let disk: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-try-image-"));
  await mkdir(join(folder, "tree"));
  disk = join(folder, "disk.raw");
  // Its boot loader is an empty file: the firmware finds it, and nothing more happens.
  await makeDiskImage(disk, { layout: smallLayout(24), tree: join(folder, "tree") });
});
afterAll(() => rm(folder, { recursive: true }));

test("a disk image boots in QEMU with its console in the terminal, and nothing is left behind after Ctrl-A X", async (context) => {
  const before = await digestOf(disk);
  const cache = join(folder, "cache");
  const terminal = openTerminal(["try", "etcd", "--image", disk], { KILN_CACHE_DIR: cache }, context);
  await terminal.typeAfter(/Ctrl-A X ends it[^]*BdsDxe: /, "\x01x");
  const { shown, status } = await terminal.ended();
  expect(shown).toContain("QEMU: Terminated");
  expect(status).toBe(0);
  expect(await readdir(join(cache, "work"))).toEqual([]);
  expect(await digestOf(disk)).toBe(before);
});
