import { mkdir, mkdtempDisposable, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openNamespace } from "@sysext-kiln/booted-host";
import { tryRun, type Outcome, type RunOptions } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "../programs.ts";
import type { MountedFolder } from "./record.ts";

/** Mounts disks after power failures, one at a time. */
export interface Replayer extends AsyncDisposable {
  /**
   * Repairs the file system of a disk as a boot does, and mounts it.
   * @param disk its contents, which are not changed
   * @throws Error if the file system cannot be repaired automatically
   */
  mounted<T>(
    disk: Buffer,
    use: (folder: MountedFolder) => Promise<T>,
    options?: { writable?: boolean },
  ): Promise<T>;
}

/** What e2fsck(8) exits with if the file system is intact, or was repaired. */
const repaired: readonly (number | undefined)[] = [0, 1];

export async function openReplayer(): Promise<Replayer> {
  const { e2fsck } = await ensureTestPrograms("e2fsck");
  await using stack = new AsyncDisposableStack();
  // In memory.
  const { path: folder } = stack.use(await mkdtempDisposable("/dev/shm/kiln-replay-"));
  const [file, mountPoint] = [join(folder, "disk"), join(folder, "mounted")];
  await mkdir(mountPoint);
  const { enter, pid } = stack.use(await openNamespace());
  const inside = (command: readonly string[], options?: RunOptions) =>
    tryRun(enter[0], [...enter.slice(1), ...command], options);
  await succeed(inside(["mount", "-t", "proc", "proc", "/proc"]));
  const resources = stack.move();
  return {
    async mounted(disk, use, { writable = false } = {}) {
      await writeFile(file, disk);
      const checked = await tryRun(e2fsck, ["-f", "-p", file]);
      if (!repaired.includes(checked.status)) throw new Error(`e2fsck: ${checked.summary}`);
      await succeed(inside(["mount", "-o", writable ? "loop" : "loop,ro", file, mountPoint]));
      try {
        return await use({
          path: `/proc/${pid}/root${mountPoint}`,
          run: (program, args, options) => inside([program, ...args(mountPoint)], options),
        });
      } finally {
        await succeed(inside(["umount", "--recursive", mountPoint]));
      }
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function succeed(running: Promise<Outcome>): Promise<void> {
  const { status, summary } = await running;
  if (status !== 0) throw new Error(summary);
}
