import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensurePrograms } from "../ensure-programs.ts";
import type { Say } from "../reporter.ts";
import { run } from "../run.ts";
import { settings } from "../settings.ts";

/** A suite and where it comes from. */
export interface SuiteSource {
  suite: string;
  mirror: string;
  /** The keyring that verifies the suite. */
  keyring: string;
}

/** The keyring that the mirrors' indexes must be signed with: Debian's, unless the settings name another. */
export async function archiveKeyring(say: Say): Promise<string> {
  const { debianKeyring } = settings();
  if (debianKeyring !== undefined) return debianKeyring;
  return (await ensurePrograms(["debian-archive-keyring"], say))["debian-archive-keyring"];
}

/** For how long an index is accepted after its date, in seconds: mirrors may be updated rarely. */
export const minimumValidTime = 180 * 24 * 60 * 60;

/** Writes the folders and files of a separate apt that knows one suite. @returns the file for APT_CONFIG */
export async function writeAptTree(directory: string, source: SuiteSource): Promise<string> {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "etc/empty", "etc/sources"]) {
    await mkdir(join(directory, folder), { recursive: true });
  }
  await writeFile(join(directory, "state/status"), "");
  await writeFile(join(directory, "etc/sources/kiln.sources"), sourcesEntry(source));
  const file = join(directory, "apt.conf");
  // The machine's settings may contain a proxy's password.
  await writeFile(file, `${await machineAcquireSettings()}\n${aptConfiguration(directory)}`, { mode: 0o600 });
  return file;
}

/** The machine's own settings for reaching mirrors, as apt configuration: proxies, certificates, retries. */
export async function machineAcquireSettings(): Promise<string> {
  const dump = await run("apt-config", ["dump", "Acquire"]);
  // Settings that weaken signature checks are left out, and so are those that add indexes.
  const wanted =
    /^Acquire::(https?|socks|Retries|ForceIPv[46]|Check-Valid-Until|Check-Date|By-Hash|Queue-Mode)\b/i;
  return dump
    .split("\n")
    .filter((line) => wanted.test(line))
    .join("\n");
}

function aptConfiguration(directory: string): string {
  const empty = join(directory, "etc/empty");
  const lines: readonly [string, string][] = [
    ["Dir", "/"],
    ["Dir::State", join(directory, "state")],
    ["Dir::State::lists", join(directory, "state/lists")],
    ["Dir::State::status", join(directory, "state/status")],
    ["Dir::Cache", join(directory, "cache")],
    ["Dir::Etc::main", "/dev/null"],
    ["Dir::Etc::parts", empty],
    ["Dir::Etc::preferences", "/dev/null"],
    ["Dir::Etc::preferencesparts", empty],
    ["Dir::Etc::sourcelist", "/dev/null"],
    ["Dir::Etc::sourceparts", join(directory, "etc/sources")],
    ["Dir::Etc::trusted", "/dev/null"],
    ["Dir::Etc::trustedparts", empty],
    // Credentials for mirrors are those of the machine.
    ["Dir::Etc::netrc", "/etc/apt/auth.conf"],
    ["Dir::Etc::netrcparts", "/etc/apt/auth.conf.d"],
    ["Acquire::Languages", "none"],
    ["Acquire::GzipIndexes", "false"],
    ["Acquire::Min-ValidTime", String(minimumValidTime)],
    // If an index cannot be updated, that is an error, not a warning.
    ["APT::Update::Error-Mode", "any"],
    // The user _apt may not write to a home folder.
    ["APT::Sandbox::User", "root"],
  ];
  const formatted = lines.map(([key, value]) => `${key} "${value}";`);
  return `${[...formatted, 'APT::Architectures { "amd64"; "arm64"; };'].join("\n")}\n`;
}

function sourcesEntry({ suite, mirror, keyring }: SuiteSource): string {
  const fields = [
    "Types: deb deb-src",
    `URIs: ${mirror}`,
    `Suites: ${suite}`,
    "Components: main",
    "Architectures: amd64 arm64",
    `Signed-By: ${keyring}`,
  ];
  return `${fields.join("\n")}\n`;
}
