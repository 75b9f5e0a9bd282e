import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture, Definition, Extension } from "@sysext-kiln/extension";
import type { FetchedInput } from "../inputs.ts";
import { entriesOf, setModes } from "./entries.ts";
import { extract } from "./extract.ts";
import { addText, addTree } from "./place.ts";
import { takeMembers } from "./take.ts";

/**
 * Assembles the tree of an image: what was compiled, what is taken from inputs, the extension's own files, and the file
 * that tells systemd-sysext that the image fits.
 * @param compiled the tree that a Dockerfile made; undefined if nothing is compiled
 * @param work a folder for unpacked inputs
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
  if (compiled !== undefined) await addTree(compiled, tree);
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

/** Copies an extension's `files/` into the tree, if it has any. */
export async function addStaticFiles({ folder }: Pick<Extension, "folder">, tree: string): Promise<void> {
  const files = join(folder, "files");
  if (existsSync(files)) await addTree(files, tree);
}

/**
 * Writes the file by which systemd-sysext decides whether an image fits the host (os-release(5)). `_any` fits every
 * distribution: images need only the kernel, and at most an old C library.
 */
export async function addExtensionRelease(
  { name }: Definition,
  architecture: Architecture,
  tree: string,
): Promise<void> {
  // An upheld unit is started after a merge at run time only if the manager is reloaded.
  const lines = ["ID=_any", `ARCHITECTURE=${architecture}`, "EXTENSION_RELOAD_MANAGER=1"];
  const text = lines.map((line) => `${line}\n`).join("");
  await addText(text, tree, `usr/lib/extension-release.d/extension-release.${name}`);
}
