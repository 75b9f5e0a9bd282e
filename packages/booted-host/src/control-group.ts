import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rmdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { systemCode } from "@sysext-kiln/error";
import { waitUntil } from "./wait.ts";

const prefix = "kiln-host-";

/**
 * Makes a control group for a host in a mounted hierarchy. Its name contains the id of this process: a
 * control group is the only part of a host that outlives a killed test run, and the next host removes it.
 */
export async function makeControlGroup(hierarchy: string): Promise<string> {
  await removeAbandoned(hierarchy);
  const path = join(hierarchy, `${prefix}${process.pid}-${randomUUID()}`);
  await mkdir(path);
  return path;
}

/** Kills every process in a control group, and waits until they have ended. */
export async function killControlGroup(path: string): Promise<void> {
  await writeFile(join(path, "cgroup.kill"), "1");
  await waitUntil(
    async () => (await readFile(join(path, "cgroup.events"), "utf8")).includes("populated 0"),
    30_000,
  );
}

/** Removes an empty control group and its descendants. */
export async function removeControlGroup(path: string): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.isDirectory()) await removeControlGroup(join(path, entry.name));
  }
  await rmdir(path);
}

async function removeAbandoned(hierarchy: string): Promise<void> {
  for (const name of await readdir(hierarchy)) {
    const maker = new RegExp(`^${prefix}(\\d+)-`).exec(name)?.[1];
    if (maker === undefined || existsSync(`/proc/${maker}`)) continue;
    await removeControlGroup(join(hierarchy, name)).catch((error: unknown) => {
      // Two hosts may remove the same one, and one that is not empty yet is left for the next host.
      if (!["ENOENT", "EBUSY"].includes(systemCode(error) ?? "")) throw error;
    });
  }
}
