import { existsSync, readdirSync } from "node:fs";
import { KilnError } from "@sysext-kiln/error";
import { asTypedCommand, rootPrefix, tryRunAsRoot } from "./run-as-root.ts";
import { findProgram, programs, type Program, type ProgramSource, type ProgramTable } from "./programs.ts";
import type { Say } from "./reporter.ts";
import { tryRun } from "./run.ts";

/**
 * Makes sure that this machine has programs that kiln needs. Missing ones are announced and installed with
 * apt.
 * @returns the path of each
 * @throws KilnError `program-missing` if apt cannot install one
 */
export function ensurePrograms<Name extends Program>(
  needs: readonly Name[],
  say: Say,
): Promise<Record<Name, string>> {
  return ensureProgramsFrom(programs, needs, say);
}

/** Like `ensurePrograms`, for programs of any table: tests need more than kiln does. */
export async function ensureProgramsFrom<Name extends string>(
  table: ProgramTable<Name>,
  needs: readonly Name[],
  say: Say,
): Promise<Record<Name, string>> {
  const wanted = needs.map((name) => ({ name, ...table[name] }));
  const missing = wanted.filter((need) => locate(need) === undefined);
  if (missing.length > 0) await install(missing, say);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- fromEntries loses the type of the keys
  return Object.fromEntries(wanted.map((need) => [need.name, located(need)])) as Record<Name, string>;
}

/** A program of a table, with its name in it. */
interface Need extends ProgramSource {
  name: string;
}

function locate({ name, file }: Need): string | undefined {
  if (file === undefined) return findProgram(name);
  return existsSync(file) ? file : undefined;
}

function located(need: Need): string {
  const path = locate(need);
  if (path === undefined)
    throw missingError([need], "its package is installed, but the program does not exist");
  return path;
}

async function install(missing: readonly Need[], say: Say): Promise<void> {
  if (findProgram("apt-get") === undefined) throw missingError(missing, "no apt-get to install them with");
  if ((await rootPrefix()) === undefined)
    throw missingError(
      missing,
      "that they are missing, and neither root nor sudo is available to install them",
    );
  if (!hasLists()) await updateLists();
  const packages = await packagesFor(missing);
  for (const [name, purposes] of packages)
    say(`installing ${name}: it is needed to ${purposes.join(", and to ")}`);
  const first = await aptInstall([...packages.keys()]);
  if (first === undefined) return;
  // The package lists may be out of date.
  await updateLists();
  const second = await aptInstall([...(await packagesFor(missing)).keys()]);
  if (second !== undefined) throw missingError(missing, second);
}

/** The packages that provide what is missing, each with its purposes. */
async function packagesFor(missing: readonly Need[]): Promise<Map<string, string[]>> {
  const packages = new Map<string, string[]>();
  for (const need of missing) {
    const name = await knownPackage(need.packages);
    packages.set(name, [...(packages.get(name) ?? []), need.purpose]);
  }
  return packages;
}

/** @returns what apt-get printed if it failed */
async function aptInstall(names: readonly string[]): Promise<string | undefined> {
  const outcome = await aptGet(["install", "--no-install-recommends", ...names]);
  return outcome.status === 0 ? undefined : outcome.summary;
}

async function knownPackage(candidates: readonly [string, ...string[]]): Promise<string> {
  for (const candidate of candidates.slice(0, -1)) {
    if (await aptOffers(candidate)) return candidate;
  }
  return candidates.at(-1) ?? candidates[0];
}

/** Whether the machine's own package sources have a package. */
export async function aptOffers(name: string): Promise<boolean> {
  const { status, stdout } = await tryRun("apt-cache", ["show", name]);
  return status === 0 && stdout !== "";
}

/** Installs packages by name, without their recommendations. @returns whether that worked */
export async function aptInstallPackages(names: readonly string[]): Promise<boolean> {
  return (await aptInstall(names)) === undefined;
}

async function updateLists(): Promise<void> {
  await aptGet(["update"]);
}

async function aptGet(args: readonly string[]): ReturnType<typeof tryRunAsRoot> {
  const quiet = [
    "env",
    "DEBIAN_FRONTEND=noninteractive",
    "apt-get",
    "-q",
    "-y",
    "-o",
    "DPkg::Lock::Timeout=600",
  ];
  return await tryRunAsRoot([...quiet, ...args]);
}

function hasLists(): boolean {
  try {
    return readdirSync("/var/lib/apt/lists").some((name) => name.includes("_Packages"));
  } catch {
    return false;
  }
}

function missingError(missing: readonly Need[], found: string): KilnError {
  const packages = [...new Set(missing.map((need) => need.packages.at(-1) ?? need.name))];
  const purposes = missing.map(({ name, purpose }) => `${name} (needed to ${purpose})`);
  return new KilnError("program-missing", {
    expected: `this machine to have ${purposes.join(" and ")}`,
    found,
    next: `run: ${asTypedCommand(["apt-get", "install", "--no-install-recommends", ...packages])}`,
  });
}
