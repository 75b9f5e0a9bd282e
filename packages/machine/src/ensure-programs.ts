import { existsSync, readdirSync } from "node:fs";
import { KilnError } from "@sysext-kiln/error";
import { asTyped, rootPrefix, tryRunAsRoot } from "./administrator.ts";
import { findProgram } from "./find-program.ts";
import { programs, type Program } from "./programs.ts";
import { tryRun, type Say } from "./run.ts";

/**
 * Makes sure that the machine has the programs, and gives the path of each. What is missing is installed with apt,
 * after saying so; where that is not possible the error says which program, what for, and what to type.
 */
export async function ensurePrograms<P extends Program>(
  needs: readonly P[],
  say: Say,
): Promise<Record<P, string>> {
  const missing = needs.filter((need) => locate(need) === undefined);
  if (missing.length > 0) await install(missing, say);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- every P is a key: fromEntries cannot tell
  return Object.fromEntries(needs.map((need) => [need, located(need)])) as Record<P, string>;
}

function locate(need: Program): string | undefined {
  const { file } = programs[need];
  if (file === undefined) return findProgram(need);
  return existsSync(file) ? file : undefined;
}

function located(need: Program): string {
  const path = locate(need);
  if (path === undefined)
    throw missingError([need], "the package was installed, and the program is still not there");
  return path;
}

async function install(missing: readonly Program[], say: Say): Promise<void> {
  if (findProgram("apt-get") === undefined) throw missingError(missing, "a machine without apt-get");
  if ((await rootPrefix()) === undefined)
    throw missingError(missing, "neither root nor a sudo that lets us in");
  if (!hasLists()) await updateLists();
  const packages = await packagesFor(missing);
  for (const [name, purposes] of packages)
    say(`installing ${name}: it is needed to ${purposes.join(", and to ")}`);
  const first = await aptInstall([...packages.keys()]);
  if (first === undefined) return;
  // The lists may be older than the mirror's packages.
  await updateLists();
  const second = await aptInstall([...(await packagesFor(missing)).keys()]);
  if (second !== undefined) throw missingError(missing, second);
}

/** The packages that bring what is missing, each with its purposes. */
async function packagesFor(missing: readonly Program[]): Promise<Map<string, string[]>> {
  const packages = new Map<string, string[]>();
  for (const need of missing) {
    const name = await knownPackage(programs[need].packages);
    packages.set(name, [...(packages.get(name) ?? []), programs[need].purpose]);
  }
  return packages;
}

/** Gives what apt-get said when it failed. */
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

/** Installs packages by name, without their recommendations; tells whether that worked. */
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

function missingError(missing: readonly Program[], found: string): KilnError {
  const packages = [...new Set(missing.map((need) => programs[need].packages.at(-1) ?? need))];
  const purposes = missing.map((need) => `${need} (needed to ${programs[need].purpose})`);
  return new KilnError("program-missing", {
    expected: `this machine to have ${purposes.join(" and ")}`,
    found,
    next: `run: ${asTyped(["apt-get", "install", "--no-install-recommends", ...packages])}`,
  });
}
