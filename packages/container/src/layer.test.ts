import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, expect, test } from "vitest";
import { packLayer } from "./layer.ts";

let folder: string;
let tree: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-layer-"));
  tree = join(folder, "tree");
  await mkdir(join(tree, "usr/bin"), { recursive: true });
  await writeFile(join(tree, "usr/bin/keepalivedctl"), "the entry point");
  await chmod(join(tree, "usr/bin/keepalivedctl"), 0o755);
  await writeFile(join(tree, "usr/README"), "text");
  await symlink("keepalivedctl", join(tree, "usr/bin/alias"));
});
afterEach(() => rm(folder, { recursive: true }));

const epoch = 1_700_000_000;
const pack = () => packLayer(tree, { epoch, capabilities: { "usr/bin/keepalivedctl": [11, 12, 13] } });

/** Unpacks a layer as a container runtime does. @returns the root */
async function unpack(): Promise<string> {
  const { gzip } = await pack();
  const root = join(folder, "root");
  await mkdir(root);
  await writeFile(join(folder, "layer.tar.gz"), gzip);
  const attributes = ["--xattrs", "--xattrs-include=*"];
  await run("tar", ["--extract", "--file", join(folder, "layer.tar.gz"), "--directory", root, ...attributes]);
  return root;
}

test("a layer has the files, folders and links of a tree, with one date", async () => {
  const root = await unpack();
  expect(await readFile(join(root, "usr/bin/keepalivedctl"), "utf8")).toBe("the entry point");
  expect(await readFile(join(root, "usr/README"), "utf8")).toBe("text");
  expect(await readlink(join(root, "usr/bin/alias"))).toBe("keepalivedctl");
  const modes = ["usr", "usr/bin/keepalivedctl", "usr/README"].map(async (path) => {
    const { mode, mtimeMs, uid } = await stat(join(root, path));
    return [(mode & 0o7777).toString(8), mtimeMs / 1000, uid];
  });
  expect(await Promise.all(modes)).toEqual([
    ["755", epoch, 0],
    ["755", epoch, 0],
    ["644", epoch, 0],
  ]);
});

test("a file's capabilities are permitted, and not effective", async () => {
  await ensureTestPrograms("getcap");
  const root = await unpack();
  const program = join(root, "usr/bin/keepalivedctl");
  expect(await run("getcap", [program])).toBe(`${program} cap_net_broadcast,cap_net_admin,cap_net_raw=p`);
  expect(await run("getcap", [join(root, "usr/README")])).toBe("");
});

test("the same tree gives the same bytes at another time", async () => {
  const { diffId } = await pack();
  await utimes(join(tree, "usr/README"), 1, 1);
  expect((await pack()).diffId).toBe(diffId);
});
