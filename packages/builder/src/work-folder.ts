import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@sysext-kiln/error";
import { cacheDirectory } from "@sysext-kiln/machine";

/**
 * Runs work with a folder of its own, beside the cache so that results move there by a rename. Folders of processes
 * that were killed are removed by whoever comes next.
 */
export async function withWorkFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = cacheDirectory("work");
  await mkdir(parent, { recursive: true });
  await removeOrphans(parent);
  const folder = await mkdtemp(join(parent, `${process.pid}-`));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function removeOrphans(parent: string): Promise<void> {
  const orphans = (await readdir(parent)).filter((name) => !isAlive(Number(name.split("-")[0])));
  await Promise.all(orphans.map((name) => rm(join(parent, name), { recursive: true, force: true })));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM";
  }
}
