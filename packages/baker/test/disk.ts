import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tryRun, type Say } from "@sysext-kiln/machine";
import {
  debugfs,
  ensureTestPrograms,
  makeDiskImage,
  rootPartition,
  smallLayout,
  type DiskImageOptions,
} from "@sysext-kiln/testbed";
import {
  addContents,
  bakingPrograms,
  compressionOfName,
  openDisk,
  writeDisk,
  type Contents,
  type DiskFormat,
} from "../src/index.ts";

const epoch = 1_700_000_000;
const layout = smallLayout(24);

/** The offset of the partition ROOT of the tests' disks, in bytes. */
export const rootOffset = rootPartition(layout).offset;

/** A folder with small disk images. */
export interface TestDisks extends AsyncDisposable {
  folder: string;
  /** A raw disk, which tests do not change. */
  original: string;
  /** A file that the root file systems of all disks were made with. */
  hostname: string;
  /** Makes another disk. */
  make(name: string, options?: Partial<DiskImageOptions>): Promise<string>;
  /** Bakes as `kiln bake` does. */
  bake(input: string, output: string, options?: BakeOptions): Promise<string>;
}

interface BakeOptions {
  format?: DiskFormat;
  contents?: Contents;
  say?: Say;
}

export const someContents: Contents = {
  files: [
    {
      path: "/opt/extensions/hello/hello-1.0.0-x86-64.raw",
      mode: 0o644,
      content: Buffer.alloc(300_000, "hello "),
    },
    { path: "/etc/sysext-kiln/bootstrap", mode: 0o755, content: Buffer.from("#!/bin/sh\n") },
  ],
  links: [{ path: "/etc/extensions/hello.raw", target: "/opt/extensions/hello/hello-1.0.0-x86-64.raw" }],
};

export async function openTestDisks(): Promise<TestDisks> {
  await ensureTestPrograms(...bakingPrograms);
  const folder = await mkdtemp(join(tmpdir(), "kiln-baker-"));
  const tree = join(folder, "tree");
  const hostname = join(tree, "etc/hostname");
  await mkdir(join(tree, "etc/systemd/system"), { recursive: true });
  await writeFile(hostname, "flatcar\n", { mode: 0o644 });
  const make: TestDisks["make"] = async (name, options = {}) => {
    const path = join(folder, name);
    await makeDiskImage(path, { layout, tree, ...options });
    return path;
  };
  let number = 0;
  return {
    folder,
    hostname,
    original: await make("disk.raw"),
    make,
    async bake(input, name, { format, contents = someContents, say = () => undefined } = {}) {
      const path = join(folder, name);
      const work = join(folder, `work-${number++}`);
      await mkdir(work);
      const disk = await openDisk(input, work, { assumed: undefined, say });
      await addContents(disk, contents, { epoch, say });
      const output = { path, format: format ?? disk.format, compression: compressionOfName(name), epoch };
      await writeDisk(disk, output.format === "gcp" ? { ...output, compression: "none" } : output, say);
      return path;
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs debugfs on the root file system of a raw disk. */
export function inRoot(disk: string, command: string, options?: { write: boolean }): Promise<string> {
  return debugfs(disk, rootOffset, command, options);
}

/** Where two files first differ; "" if they are identical. */
export async function difference(one: string, two: string): Promise<string> {
  const { stdout, stderr } = await tryRun("cmp", [one, two]);
  return stdout + stderr;
}
