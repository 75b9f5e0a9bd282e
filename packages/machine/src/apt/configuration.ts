import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../run.ts";

/** One suite at one mirror. */
export interface SuiteSource {
  readonly suite: string;
  readonly mirror: string;
  /** The keyring that the suite must be signed with. */
  readonly keyring: string;
}

/** How long after its date an index is still taken, in seconds: mirrors that are renewed seldom must work unattended. */
export const minimumValidTime = 180 * 24 * 60 * 60;

/** Writes the folders and files of an apt of its own that knows one suite; gives the file for APT_CONFIG. */
export async function writeAptTree(directory: string, source: SuiteSource): Promise<string> {
  for (const folder of ["state/lists/partial", "cache/archives/partial", "etc/empty", "etc/sources"]) {
    await mkdir(join(directory, folder), { recursive: true });
  }
  await writeFile(join(directory, "state/status"), "");
  await writeFile(join(directory, "etc/sources/kiln.sources"), sourcesEntry(source));
  const file = join(directory, "apt.conf");
  // What the machine's administrator set may hold a proxy's password.
  await writeFile(file, `${await machineAcquireSettings()}\n${aptConfiguration(directory)}`, { mode: 0o600 });
  return file;
}

/** How the machine reaches its mirrors, as lines of an apt configuration: proxies, certificates, retries. */
export async function machineAcquireSettings(): Promise<string> {
  const dump = await run("apt-config", ["dump", "Acquire"]);
  // Nothing that weakens signatures is taken over, nor what adds further indexes.
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
    // Logins for mirrors stay where the machine has them.
    ["Dir::Etc::netrc", "/etc/apt/auth.conf"],
    ["Dir::Etc::netrcparts", "/etc/apt/auth.conf.d"],
    ["Acquire::Languages", "none"],
    ["Acquire::GzipIndexes", "false"],
    ["Acquire::Min-ValidTime", String(minimumValidTime)],
    // An index that could not be renewed is an error here, not a warning.
    ["APT::Update::Error-Mode", "any"],
    // The user _apt cannot write below a home folder.
    ["APT::Sandbox::User", "root"],
  ];
  const settings = lines.map(([key, value]) => `${key} "${value}";`);
  return `${[...settings, 'APT::Architectures { "amd64"; "arm64"; };'].join("\n")}\n`;
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
