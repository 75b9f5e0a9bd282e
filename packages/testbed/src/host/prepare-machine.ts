import { baseTree, suiteOfSystemd, whyNoHosts } from "@sysext-kiln/booted-host";
import { ensurePrograms } from "@sysext-kiln/machine";
import { chosenSystemds } from "./chosen-systemds.ts";

const say = (line: string) => void process.stderr.write(`${line}\n`);

/**
 * Prepares this machine to boot hosts, before the first test of a tier that does. Making a root file system
 * takes longer than a test may, and slows down all others meanwhile.
 */
export async function setup(): Promise<void> {
  if (whyNoHosts() !== undefined) return;
  await ensurePrograms(["systemd-nspawn", "ip"], say);
  // One after the other: apt and the disk would not be faster with two.
  for (const systemd of chosenSystemds()) await baseTree(suiteOfSystemd[systemd], say);
}
