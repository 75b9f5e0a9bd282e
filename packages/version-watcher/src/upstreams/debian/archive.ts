import { spellings, type Architecture } from "@sysext-kiln/extension";
import { openArchive, type ArchivePackage } from "@sysext-kiln/machine";

/** Debian's suites, read through apt with its signature chain; each is opened when it is first needed. */
export interface DebianArchive {
  /** Takes a line for a person. */
  say: (line: string) => void;
  /** Takes what a person should know although nothing has failed. */
  warn: (line: string) => void;
  sources(suites: readonly string[], name: string): Promise<ArchivePackage[]>;
  binaries(suites: readonly string[], name: string, architecture: Architecture): Promise<ArchivePackage[]>;
}

/**
 * @param say takes a line for a person about slow downloads and stale indexes
 * @param warn takes a line about a version that is not used because the mirror lacks it
 */
export function debianArchive(say: (line: string) => void, warn = say): DebianArchive {
  const open = (suites: readonly string[]) => Promise.all(suites.map((suite) => openArchive(suite, { say })));
  return {
    say,
    warn,
    async sources(suites, name) {
      const archives = await open(suites);
      return (await Promise.all(archives.map((archive) => archive.sourcePackages(name)))).flat();
    },
    async binaries(suites, name, architecture) {
      const archives = await open(suites);
      const { debian } = spellings[architecture];
      return (await Promise.all(archives.map((archive) => archive.binaryPackages(name, debian)))).flat();
    },
  };
}
