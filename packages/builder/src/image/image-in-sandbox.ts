import { createWriteStream } from "node:fs";
import { chmod, copyFile, mkdtempDisposable, stat, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import {
  ensurePrograms,
  machinePrograms,
  runInSandbox,
  type Outcome,
  type Program,
} from "@sysext-kiln/machine";

/** Where the sandbox shows the image. */
export const imagePath = "/image";

/** Runs programs that read an image, which may be hostile. */
export type ReadImage = (command: readonly [Program, ...string[]]) => Promise<Outcome>;

/**
 * Opens an image for programs in the sandbox, where they find it at `imagePath`.
 * @throws KilnError `sandbox-unavailable`
 */
export async function withImage<T>(path: string, work: (read: ReadImage) => Promise<T>): Promise<T> {
  // The sandbox's user can read it, or is the one who runs kiln.
  if (process.getuid?.() !== 0 || ((await stat(path)).mode & 0o004) !== 0) return await work(readFrom(path));
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-image-"));
  const copy = join(folder.path, "image");
  await copyFile(path, copy);
  await chmod(copy, 0o644);
  return await work(readFrom(copy));
}

function readFrom(source: string): ReadImage {
  return async (command) => {
    const [program] = command;
    await ensurePrograms([program], () => undefined);
    // By its name: the sandbox has the machine's programs only where a distribution installs them.
    const outcome = await runInSandbox(command, {
      root: machinePrograms,
      readOnly: [{ source, target: imagePath }],
      env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" },
    });
    if (!/^bwrap: /m.test(outcome.stderr)) return outcome;
    throw new Error(`the sandbox did not start ${program}: ${outcome.stderr.trim()}`);
  };
}

/** Like `withImage`, but the programs find what follows an offset of the image, in bytes. */
export async function withRestOf<T>(
  file: FileHandle,
  offset: number,
  work: (read: ReadImage) => Promise<T>,
): Promise<T> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-image-"));
  const copy = join(folder.path, "image");
  const rest = file.createReadStream({ start: offset, autoClose: false });
  await pipeline(rest, createWriteStream(copy, { mode: 0o644 }));
  return await withImage(copy, work);
}
