import { spellings, type Architecture } from "@sysext-kiln/extension";
import { openArchive, type ArchivePackage } from "@sysext-kiln/machine";
import { memoize } from "../upstream.ts";

/** Debian's suites, read through apt with its signature chain; each is opened when it is first needed. */
export interface DebianArchive {
  /** Takes a line for a person about what is being read, each of which is shown once. */
  say: (line: string) => void;
  /** Takes what a person should know although nothing has failed. */
  warn: (line: string) => void;
  sources(suites: readonly string[], name: string): Promise<ArchivePackage[]>;
  binaries(suites: readonly string[], name: string, architecture: Architecture): Promise<ArchivePackage[]>;
}

/**
 * @param show takes a line for a person about what is being read, and about stale indexes
 * @param warn takes a line about a version that is not used because the mirror lacks it
 */
export function debianArchive(show: (line: string) => void, warn = show): DebianArchive {
  const shown = new Set<string>();
  // The same package is looked up for each architecture.
  const say = (line: string) => {
    if (!shown.has(line)) show(line);
    shown.add(line);
  };
  const openSuite = memoize(
    (suite: string) => {
      say(`reading the index of Debian's suite ${suite}`);
      return openArchive(suite, { say });
    },
    (suite) => suite,
  );
  const open = async (suites: readonly string[], name: string) => {
    const archives = await Promise.all(suites.map(openSuite));
    say(`looking up ${name} in ${suites.join(" and ")}`);
    return archives;
  };
  return {
    say,
    warn,
    async sources(suites, name) {
      const archives = await open(suites, `the source package ${name}`);
      return (await Promise.all(archives.map((archive) => archive.sourcePackages(name)))).flat();
    },
    async binaries(suites, name, architecture) {
      const archives = await open(suites, `the package ${name}`);
      const { debian } = spellings[architecture];
      return (await Promise.all(archives.map((archive) => archive.binaryPackages(name, debian)))).flat();
    },
  };
}
