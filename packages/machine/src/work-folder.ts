import { rmSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@sysext-kiln/error";
import { onEnding } from "./on-ending.ts";

export interface WorkFolderOptions {
  /** Where it is made: on the disk where its results belong, so that they move there by a rename. */
  readonly parent: string;
  /** What its name begins with, where the parent holds other things too. */
  readonly prefix?: string;
}

/**
 * Runs work with a folder of its own, which is gone afterwards, also when this process is asked to end, or ends itself.
 * Folders of processes that were killed are removed by whoever comes next.
 */
export async function withWorkFolder<T>(
  { parent, prefix = "" }: WorkFolderOptions,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  await mkdir(parent, { recursive: true });
  await removeOrphans(parent, prefix);
  const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  using _ = onEnding(removeNow);
  process.once("exit", removeNow);
  try {
    return await work(folder);
  } finally {
    process.off("exit", removeNow);
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeOrphans(parent: string, prefix: string): Promise<void> {
  const orphans = (await readdir(parent)).filter((name) => isOrphan(name, prefix));
  await Promise.all(
    orphans.map(async (name) => {
      try {
        await rm(join(parent, name), { recursive: true, force: true });
      } catch (error) {
        // Another user's, in a folder that is shared; and two may remove the same one.
        if (!["EACCES", "EPERM", "ENOTEMPTY"].includes(systemCode(error) ?? "")) throw error;
      }
    }),
  );
}

function isOrphan(name: string, prefix: string): boolean {
  const [, pid] = /^(\d+)-\w{6}$/.exec(name.startsWith(prefix) ? name.slice(prefix.length) : "") ?? [];
  return pid !== undefined && !isAlive(Number(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
