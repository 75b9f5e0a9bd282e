import { existsSync } from "node:fs";
import { chmod, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { makeFolder } from "./files.ts";
import { openArchive, type DebianArchitecture } from "./apt/archive.ts";
import { cachedDownload } from "./download.ts";
import { ensurePrograms } from "./ensure-programs.ts";
import type { Say } from "./reporter.ts";
import { run } from "./run.ts";

/** The newest stable Debian. Its programs that need only libc also run on the previous release. */
export const laterSuite = "trixie";

/**
 * Extracts a program from a package of the newest stable Debian, without installing the package.
 * @param paths the paths that the program may have in the package
 * @param destination the path that it gets; it appears there complete or not at all
 * @throws KilnError `program-missing`, and those of a download
 */
export async function extractFromLaterDebian(
  name: string,
  paths: readonly string[],
  destination: string,
  say: Say,
): Promise<void> {
  const { "dpkg-deb": dpkgDeb } = await ensurePrograms(["dpkg-deb"], say);
  const archive = await openArchive(laterSuite, { say });
  const [newest] = await archive.binaryPackages(name, machineArchitecture());
  const file = newest?.files[0];
  if (file === undefined) throw missing(name, archive.mirror, "that this suite does not have the package");
  const deb = await cachedDownload(file);
  const folder = dirname(destination);
  await makeFolder(folder);
  // Unpacked in the same folder and then renamed, because two processes may do this at the same time.
  const scratch = await mkdtemp(join(folder, ".unpack-"));
  try {
    await run(dpkgDeb, ["--extract", deb, scratch]);
    const unpacked = paths.map((path) => join(scratch, path)).find(existsSync);
    if (unpacked === undefined)
      throw missing(name, archive.mirror, `a package without ${paths.join(" or ")}`);
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
    next: `install ${name} yourself`,
  });
}

/** Debian's name of this machine's architecture. */
export function machineArchitecture(): DebianArchitecture {
  return process.arch === "arm64" ? "arm64" : "amd64";
}
