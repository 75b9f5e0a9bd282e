import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Extension } from "@sysext-kiln/extension";
import { trialFiles } from "./trial.ts";
import { formatIgnition, type HostConfig } from "@sysext-kiln/host-config";

/** Logs in on the serial console without a password. The machine is only reachable from this terminal. */
const autologin = `[Service]
ExecStart=
ExecStart=-/sbin/agetty --autologin core --keep-baud 115200,57600,38400,9600 - $TERM
`;

const consoles = ["ttyS0", "ttyAMA0"];

/**
 * The Ignition configuration of a trial: a login on the console, and the files that the extensions' services
 * need.
 */
export async function trialIgnition(extensions: readonly Extension[]): Promise<string> {
  const files = (await Promise.all(extensions.map(filesOf))).flat();
  const units = consoles.map((console) => ({
    name: `serial-getty@${console}.service`,
    dropIns: [{ name: "10-autologin.conf", content: autologin }],
  }));
  return formatIgnition({ files, links: [], units });
}

async function filesOf(extension: Extension): Promise<HostConfig["files"]> {
  const folder = trialFiles(extension);
  if (folder === undefined) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return await Promise.all(
    paths.map(async (path) => ({
      path: path.slice(folder.length),
      mode: (await stat(path)).mode & 0o777,
      content: await readFile(path, "utf8"),
    })),
  );
}
