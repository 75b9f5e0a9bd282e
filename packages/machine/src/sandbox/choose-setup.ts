import { readFile } from "node:fs/promises";
import { rootPrefix } from "../administrator.ts";
import { machinePrograms } from "./root.ts";
import { runIn } from "./run-in-setup.ts";
import { unavailable, unprivilegedUser, type Setup } from "./setup.ts";

let chosen: Promise<Setup> | undefined;

/**
 * The first setup that works here, found out once by running `true` in it.
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
  const own: Setup = { user, fromRoot, userNamespace: "own", rootPrefix: [] };
  const refusal = await refusalOf(own);
  if (refusal === undefined) return own;

  const prefix = await rootPrefix();
  if (prefix === undefined) throw unavailable(`${refusal}, and no sudo without a password`);
  const granted: Setup = { ...own, userNamespace: "granted", rootPrefix: prefix };
  const second = await refusalOf(granted);
  if (second === undefined) return granted;
  throw unavailable(`${refusal}; and in a user namespace made by root: ${second}`);
}

/** Whether root here is the machine's, or that of a container: in a namespace of `unshare --map-root-user` it is a user. */
async function isRootOutside(): Promise<boolean> {
  return /^\s*0\s+0\s/.test(await readFile("/proc/self/uid_map", "utf8"));
}

/** Why a setup does not work here; undefined where it does. */
async function refusalOf(setup: Setup): Promise<string | undefined> {
  const { status, summary } = await runIn(setup, ["/usr/bin/true"], { root: machinePrograms });
  return status === 0 ? undefined : summary;
}
