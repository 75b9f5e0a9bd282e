import { createHash } from "node:crypto";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { ensurePrograms } from "../ensure-programs.ts";
import { withLock } from "../lock.ts";
import type { Say } from "../reporter.ts";
import { tryRun } from "../run.ts";
import { cacheDirectory, settings } from "../settings.ts";
import { archiveKeyring, writeAptTree } from "./configuration.ts";
import { parseBinaries, parseSources, type ArchivePackage } from "./packages.ts";
import { updateIndex } from "./update.ts";

/** Debian's names of the two architectures. */
export type DebianArchitecture = "amd64" | "arm64";

/** A suite of Debian's archive whose index has been fetched and verified. */
export interface AptArchive {
  suite: string;
  mirror: string;
  /** Every version of a source package in the suite; empty if the suite does not have it. */
  sourcePackages(name: string): Promise<ArchivePackage[]>;
  /** Every version of a binary package for an architecture in the suite. */
  binaryPackages(name: string, architecture: DebianArchitecture): Promise<ArchivePackage[]>;
}

export interface ArchiveOptions {
  say: Say;
  /** The mirror, if it is not the one of the settings. */
  mirror?: string;
}

const opened = new Map<string, Promise<AptArchive>>();

/**
 * Opens a suite of Debian's archive. Its index is fetched once per process, and only if it has changed.
 * @throws KilnError `archive-invalid`, `archive-stale`, `network-unreachable`
 */
export function openArchive(suite: string, options: ArchiveOptions): Promise<AptArchive> {
  const mirror = options.mirror ?? mirrorOf(suite);
  const key = `${suite} ${mirror}`;
  const known = opened.get(key);
  if (known !== undefined) return known;
  const archive = open(suite, mirror, options.say);
  opened.set(key, archive);
  // A failure is not cached, because the network may work at the next call.
  archive.catch(() => opened.delete(key));
  return archive;
}

/** The mirror of a suite, without a trailing slash. */
export function mirrorOf(suite: string): string {
  const { debianMirror, debianSecurityMirror } = settings();
  return suite.endsWith("-security") ? debianSecurityMirror : debianMirror;
}

async function open(suite: string, mirror: string, say: Say): Promise<AptArchive> {
  if (!/^[a-z][a-z0-9-]*$/.test(suite)) {
    throw new KilnError("usage", {
      expected: "the name of a Debian suite, such as trixie or trixie-security",
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
  const update = async () => {
    await writeAptTree(directory, { suite, mirror, keyring });
    await updateIndex(directory, { suite, mirror, keyring }, say);
  };
  await withLock(lock, update, { what, say });
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
    next: `remove ${directory} and try again: it will be fetched again`,
  });
}

function packageName(name: string): string {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(name)) return name;
  throw new KilnError("usage", {
    expected: "the name of a Debian package",
    found: JSON.stringify(name),
    next: "correct the name: it consists of lower-case letters, digits, +, - and .",
  });
}
