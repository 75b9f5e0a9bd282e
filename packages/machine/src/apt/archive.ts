import { createHash } from "node:crypto";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { ensurePrograms } from "../ensure-programs.ts";
import { withLock } from "../lock.ts";
import { tryRun, type Say } from "../run.ts";
import { cacheDirectory, settings } from "../settings.ts";
import { writeAptTree } from "./configuration.ts";
import { archiveKeyring } from "./keyring.ts";
import { parseBinaries, parseSources, type ArchivePackage } from "./packages.ts";
import { updateIndex } from "./update.ts";

/** Debian's names of the two architectures. */
export type DebianArchitecture = "amd64" | "arm64";

/** One suite of Debian's archive, its index fetched and its signature checked. */
export interface AptArchive {
  readonly suite: string;
  readonly mirror: string;
  /** Every version of a source package that the suite has; none when it has no such package. */
  sourcePackages(name: string): Promise<ArchivePackage[]>;
  /** Every version of a binary package that the suite has for an architecture. */
  binaryPackages(name: string, architecture: DebianArchitecture): Promise<ArchivePackage[]>;
}

export interface ArchiveOptions {
  readonly say: Say;
  /** Another mirror than the one of the settings. */
  readonly mirror?: string;
}

const opened = new Map<string, Promise<AptArchive>>();

/** Opens a suite of Debian's archive: fetches its index, once in a process, or finds that it has not changed. */
export function openArchive(suite: string, options: ArchiveOptions): Promise<AptArchive> {
  const mirror = options.mirror ?? mirrorOf(suite);
  const key = `${suite} ${mirror}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  const archive = open(suite, mirror, options.say);
  opened.set(key, archive);
  // A failure is not remembered: the next call may find the network again.
  archive.catch(() => opened.delete(key));
  return archive;
}

/** The mirror that has a suite, without a slash at its end. */
export function mirrorOf(suite: string): string {
  const { debianMirror, debianSecurityMirror } = settings();
  return suite.endsWith("-security") ? debianSecurityMirror : debianMirror;
}

async function open(suite: string, mirror: string, say: Say): Promise<AptArchive> {
  if (!/^[a-z][a-z0-9-]*$/.test(suite)) {
    throw new KilnError("usage", {
      expected: "the name of a suite of Debian, such as trixie or trixie-security",
      found: JSON.stringify(suite),
      next: "correct the name of the suite",
    });
  }
  await ensurePrograms(["apt-get"], say);
  const keyring = await archiveKeyring(say);
  const hash = createHash("sha256").update(`${mirror} ${keyring}`).digest("hex").slice(0, 8);
  const directory = cacheDirectory("apt", `${suite}-${hash}`);
  const lock = `${directory}.lock`;
  const what = `the index of ${suite}`;
  const renew = async () => {
    await writeAptTree(directory, { suite, mirror, keyring });
    await updateIndex(directory, { suite, mirror, keyring }, say);
  };
  await withLock(lock, renew, { what, say });
  const query = (args: readonly string[]) =>
    withLock(lock, () => aptCache(directory, args), { what, shared: true });
  return {
    suite,
    mirror,
    sourcePackages: async (name) =>
      parseSources(await query(["showsrc", "--only-source", packageName(name)]), { suite, mirror }),
    binaryPackages: async (name, architecture) =>
      parseBinaries(await query(["show", `${packageName(name)}:${architecture}`]), { suite, mirror }),
  };
}

async function aptCache(directory: string, args: readonly string[]): Promise<string> {
  const outcome = await tryRun("apt-cache", args, {
    env: { APT_CONFIG: join(directory, "apt.conf"), LC_ALL: "C.UTF-8" },
  });
  if (outcome.status === 0) return outcome.stdout;
  if (/Unable to (locate|find a source) package|No packages found|Can't select versions/.test(outcome.stderr))
    return "";
  throw new KilnError("archive-invalid", {
    expected: `apt-cache ${args.join(" ")} to read the index in ${directory}`,
    found: outcome.summary,
    next: `remove ${directory} and run this again: it is made anew`,
  });
}

function packageName(name: string): string {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return name;
  throw new KilnError("usage", {
    expected: "the name of a Debian package",
    found: JSON.stringify(name),
    next: "correct the name: it has small letters, digits, and + - . inside",
  });
}
