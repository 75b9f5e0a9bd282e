import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import {
  type DiskImageOptions,
  ensureTestPrograms,
  makeDiskImage,
  place,
  smallLayout,
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

/** Where the ROOT partition of the tests' disks begins, in bytes. */
export const rootOffset = (place(layout).find(({ name }) => name === "ROOT")?.start ?? 0) * 512;

/** A folder with a small disk image, and what is done with it. */
export interface Bench extends AsyncDisposable {
  folder: string;
  /** A raw disk that nobody may change. */
  disk: string;
  /** A file that the root file system of all of them was made with. */
  hostname: string;
  /** Makes another disk. */
  make(name: string, options?: Partial<DiskImageOptions>): Promise<string>;
  /** Bakes as `kiln bake` does. */
  bake(input: string, output: string, options?: BakeOptions): Promise<string>;
}

interface BakeOptions {
  format?: DiskFormat;
  contents?: Contents;
}

export const someContents: Contents = {
  files: [
    {
      path: "/opt/extensions/hello/hello-1.0.0-x86-64.raw",
      mode: 0o644,
      content: Buffer.alloc(300_000, "hello "),
    },
    { path: "/etc/sysext-kiln/hello-update", mode: 0o755, content: Buffer.from("#!/bin/sh\n") },
  ],
  links: [{ path: "/etc/extensions/hello.raw", target: "/opt/extensions/hello/hello-1.0.0-x86-64.raw" }],
};

export async function openBench(): Promise<Bench> {
  await ensureTestPrograms(...bakingPrograms);
  const folder = await mkdtemp(join(tmpdir(), "kiln-baker-"));
  const tree = join(folder, "tree");
  const hostname = join(tree, "etc/hostname");
  await mkdir(join(tree, "etc/systemd/system"), { recursive: true });
  await writeFile(hostname, "flatcar\n", { mode: 0o644 });
  const make: Bench["make"] = async (name, options = {}) => {
    const path = join(folder, name);
    await makeDiskImage(path, { layout, tree, ...options });
    return path;
  };
  let number = 0;
  return {
    folder,
    hostname,
    disk: await make("disk.raw"),
    make,
    async bake(input, name, { format, contents = someContents } = {}) {
      const path = join(folder, name);
      const work = join(folder, `work-${number++}`);
      await mkdir(work);
      const disk = await openDisk(input, work, { assumed: undefined, say: () => undefined });
      await addContents(disk, contents, epoch);
      const output = { path, format: format ?? disk.format, compression: compressionOfName(name), epoch };
      await writeDisk(
        disk,
        output.format === "gcp" ? { ...output, compression: "none" } : output,
        () => undefined,
      );
      return path;
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
    },
  };
}

/** Runs debugfs on the root file system of a raw disk. */
export async function debugfs(disk: string, command: string, { write = false } = {}): Promise<string> {
  const { debugfs: program } = await ensureTestPrograms("debugfs");
  return await run(program, [...(write ? ["-w"] : []), "-R", command, `${disk}?offset=${rootOffset}`]);
}
