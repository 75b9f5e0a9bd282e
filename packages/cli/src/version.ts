import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { tryRun } from "@sysext-kiln/machine";
import { z } from "zod";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/**
 * kiln's version, with the commit if this is a git checkout: `1.0.0 (9fceb02)`; a plus sign means local
 * changes.
 */
export async function describeVersion(): Promise<string> {
  const json: unknown = JSON.parse(await readFile(`${root}package.json`, "utf8"));
  const { version } = z.object({ version: z.string() }).parse(json);
  const { status, stdout } = await tryRun("git", [
    "-C",
    root,
    "describe",
    "--always",
    "--dirty=+",
    "--exclude=*",
  ]);
  return status === 0 ? `${version} (${stdout.trim()})` : version;
}
