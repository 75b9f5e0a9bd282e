import { run } from "./run.ts";

export interface TarOptions {
  /** The folder that the names are relative to. */
  folder: string;
  /** What to pack, in this order. Folders are packed with everything in them, sorted by name. */
  names: readonly string[];
  /** The date of every entry, in seconds since 1970. */
  epoch: number;
  /** More options of tar(1). */
  options?: readonly string[];
}

/**
 * Packs files into an archive that belongs to root. The same files give the same bytes, whatever their owners and
 * dates.
 */
export async function writeTar(
  path: string,
  { folder, names, epoch, options = [] }: TarOptions,
): Promise<void> {
  const owner = ["--owner=0", "--group=0", "--numeric-owner"];
  const same = ["--sort=name", `--mtime=@${epoch}`, ...owner, ...options];
  await run("tar", ["--create", "--file", path, ...same, "--directory", folder, ...names]);
}
