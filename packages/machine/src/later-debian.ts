import { existsSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { openArchive, type DebianArchitecture } from "./apt/archive.ts";
import { cachedDownload } from "./download.ts";
import { ensurePrograms } from "./ensure-programs.ts";
import { run, type Say } from "./run.ts";

/** The newest stable Debian. Programs of its packages that need nothing but libc run on the release before, too. */
export const laterSuite = "trixie";

/**
 * Takes one program out of a package of the newest stable Debian, without installing the package.
 * @param paths where the program may be in the package
 * @param destination where it goes, complete or not at all
 * @throws KilnError `program-missing`, and those of a download
 */
export async function takeFromLaterDebian(
  name: string,
  paths: readonly string[],
  destination: string,
  say: Say,
): Promise<void> {
  const { "dpkg-deb": dpkgDeb } = await ensurePrograms(["dpkg-deb"], say);
  const archive = await openArchive(laterSuite, { say });
  const [newest] = await archive.binaryPackages(name, machineArchitecture());
  const file = newest?.files[0];
  if (file === undefined) throw missing(name, archive.mirror, "no such package");
  const deb = await cachedDownload(file);
  const folder = dirname(destination);
  await mkdir(folder, { recursive: true });
  // Unpacked beside its place and renamed into it: two kilns may do this at once.
  const scratch = await mkdtemp(join(folder, ".unpack-"));
  try {
    await run(dpkgDeb, ["--extract", deb, scratch]);
    const unpacked = paths.map((path) => join(scratch, path)).find(existsSync);
    if (unpacked === undefined) throw missing(name, archive.mirror, `none of ${paths.join(", ")} in it`);
    await chmod(unpacked, 0o755);
    await rename(unpacked, destination);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function missing(name: string, mirror: string, found: string): KilnError {
  return new KilnError("program-missing", {
    expected: `the program of the package ${name} in Debian ${laterSuite} at ${mirror}`,
    found,
    next: `install ${name} by hand`,
  });
}

/** Debian's name of this machine's architecture. */
export function machineArchitecture(): DebianArchitecture {
  return process.arch === "arm64" ? "arm64" : "amd64";
}
