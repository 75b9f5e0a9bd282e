import { readFile } from "node:fs/promises";
import { rootPrefix } from "../run-as-root.ts";
import { machinePrograms } from "./root.ts";
import { runIn } from "./run-in-setup.ts";
import { unavailable, unprivilegedUser, type Setup } from "./setup.ts";

let chosen: Promise<Setup> | undefined;

/**
 * The first setup that works on this machine, found out once by running `true` in it.
 * @throws KilnError `sandbox-unavailable`
 */
export function chooseSetup(): Promise<Setup> {
  return (chosen ??= firstWorking());
}

async function firstWorking(): Promise<Setup> {
  const uid = process.getuid?.() ?? 0;
  const gid = process.getgid?.() ?? 0;
  const fromRoot = uid === 0 && (await isRootOutside());
  const user = fromRoot ? unprivilegedUser : { uid, gid };
  const own: Setup = { user, fromRoot, isChrooted: false, userNamespace: "own", rootPrefix: [] };
  const problem = await problemWith(own);
  if (problem === undefined) return own;
  const chrooted: Setup = { ...own, isChrooted: true };
  if (fromRoot && (await problemWith(chrooted)) === undefined) return chrooted;

  const prefix = await rootPrefix();
  if (prefix === undefined) throw unavailable(`${problem}, and no sudo without a password`);
  const granted: Setup = { ...own, userNamespace: "granted", rootPrefix: prefix };
  const second = await problemWith(granted);
  if (second === undefined) return granted;
  throw unavailable(`${problem}; and in a user namespace made by root: ${second}`);
}

/**
 * Whether root here is root of the machine or of a container. In a namespace of `unshare --map-root-user` it
 * is another user.
 */
async function isRootOutside(): Promise<boolean> {
  return /^\s*0\s+0\s/.test(await readFile("/proc/self/uid_map", "utf8"));
}

/** Why a setup does not work here; undefined if it does. */
async function problemWith(setup: Setup): Promise<string | undefined> {
  const { status, summary } = await runIn(setup, ["/usr/bin/true"], { root: machinePrograms });
  return status === 0 ? undefined : summary;
}
