import { cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture, Extension } from "@sysext-kiln/extension";
import type { FetchedInput } from "../inputs.ts";
import { entriesOf } from "./entries.ts";
import { addExtensionRelease } from "./extension-release.ts";
import { extract } from "./extract.ts";
import { setModes } from "./modes.ts";
import { addStaticFiles } from "./static-files.ts";
import { takeMembers } from "./take.ts";

/**
 * Puts an image's tree together: what was compiled, what inputs bring, the extension's own files, and what tells
 * systemd-sysext that the image fits.
 * @returns the date of the newest program, in seconds since 1970
 */
export async function assembleTree(
  extension: Extension,
  architecture: Architecture,
  inputs: readonly FetchedInput[],
  compiled: string | undefined,
  tree: string,
  work: string,
): Promise<number> {
  await mkdir(tree, { recursive: true });
  if (compiled !== undefined)
    await cp(compiled, tree, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  for (const input of inputs) {
    if (!("take" in input) || !input.take) continue;
    const { path, name, take } = input;
    const unpacked = join(work, `unpacked-${name}`);
    await extract(path, name, unpacked);
    await takeMembers(unpacked, name, take, tree);
  }
  const files = (await entriesOf(tree)).filter(({ type }) => type === "file");
  const epoch = Math.max(0, ...files.map(({ modified }) => modified));

  await addStaticFiles(extension, tree);
  await addExtensionRelease(extension.definition, architecture, tree);
  await setModes(tree);
  return epoch;
}
