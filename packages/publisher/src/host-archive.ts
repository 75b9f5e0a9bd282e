import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeTar } from "@sysext-kiln/machine";
import type { HostArchive } from "./host-assets.ts";

/**
 * 1980-01-01, in seconds since 1970: the date of all files in the archive, so that the same files give the same
 * bytes. tar(1) warns about the date 0.
 */
const epoch = 315_532_800;

/**
 * Packs the files of a host. The archive has no folders, so that unpacking it does not change the mode or the
 * date of `/etc`. It is not compressed: it has some kilobytes, and compressed bytes depend on the compressor.
 * @param folder where the archive is written
 * @returns its path
 */
export async function writeHostArchive({ name, files, links }: HostArchive, folder: string): Promise<string> {
  const path = join(folder, name);
  const root = join(folder, "host-files");
  for (const file of files) {
    const target = await inside(root, file.path);
    await writeFile(target, file.content);
    await chmod(target, file.mode);
  }
  for (const link of links) await symlink(link.target, await inside(root, link.path));
  const names = [...files, ...links].map((entry) => entry.path.replace(/^\//, "")).toSorted();
  await writeTar(path, { folder: root, names, epoch, options: ["--format=ustar", "--no-recursion"] });
  return path;
}

/** The path of an entry below a folder, where its own folder exists. */
async function inside(root: string, path: string): Promise<string> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  return target;
}
