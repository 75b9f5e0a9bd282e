import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  type BuildOrder,
  type Definition,
  type Extension,
  formatImageVersion,
  servicesOf,
} from "@sysext-kiln/extension";
import type { FetchedInput } from "../inputs.ts";
import { entriesOf, setModes } from "./entries.ts";
import { extract } from "./extract.ts";
import { addLink, addProgram, addText, addTree } from "./add.ts";
import { moveEtc } from "./etc.ts";
import { takeMembers } from "./take.ts";

/**
 * Assembles the tree of an image: what was compiled, what is taken from inputs, the definition's links,
 * the extension's own files, the file that tells systemd-sysext that the image fits, and the one that tells
 * kiln-host how to run it.
 * @param compiled the trees of what was compiled, if anything was
 * @param work a folder for unpacked inputs
 * @returns the date of the newest program, in seconds since 1970; 0 for an extension of files, which have no
 *   date of their own
 */
export async function assembleTree(
  extension: Extension,
  order: Pick<BuildOrder, "version" | "architecture">,
  inputs: readonly FetchedInput[],
  compiled: readonly (string | undefined)[],
  tree: string,
  work: string,
): Promise<number> {
  await mkdir(tree, { recursive: true });
  for (const from of compiled) if (from !== undefined) await addTree(from, tree);
  for (const input of inputs) {
    if ("to" in input && input.to !== undefined) await addProgram(input.path, tree, input.to);
    if (!("take" in input) || !input.take) continue;
    const { path, name, take } = input;
    const unpacked = "module" in input ? path : join(work, `unpacked-${name}`);
    if (unpacked !== path) await extract(path, name, unpacked);
    await takeMembers(unpacked, name, take, tree);
  }
  for (const [path, target] of Object.entries(extension.definition.links ?? {}))
    await addLink(target, tree, path);
  const files = (await entriesOf(tree)).filter(({ type }) => type === "file");
  const epoch = files.reduce((newest, { modified }) => Math.max(newest, modified), 0);

  await addStaticFiles(extension, tree);
  await moveEtc(extension.definition, tree);
  await addExtensionRelease(extension.definition, order, tree);
  await addExtensionConf(extension.definition, order, tree);
  await setModes(tree);
  return epoch;
}

/** Copies an extension's `files/` into the tree, if it has any. */
export async function addStaticFiles({ folder }: Pick<Extension, "folder">, tree: string): Promise<void> {
  const files = join(folder, "files");
  if (existsSync(files)) await addTree(files, tree);
}

/**
 * Writes the file by which systemd-sysext decides whether an image fits the host (os-release(5)). `_any` fits
 * every distribution: images need only the kernel, and at most an old C library.
 */
export async function addExtensionRelease(
  { name }: Definition,
  { architecture }: Pick<BuildOrder, "architecture">,
  tree: string,
): Promise<void> {
  // An upheld unit is started after a merge at run time only if the manager is reloaded.
  const lines = ["ID=_any", `ARCHITECTURE=${architecture}`, "EXTENSION_RELOAD_MANAGER=1"];
  const text = lines.map((line) => `${line}\n`).join("");
  await addText(text, tree, `usr/lib/extension-release.d/extension-release.${name}`);
}

/** The folder of an image with what kiln-host reads: this file, and the extension's hooks. */
export function hostFolder(name: string): string {
  return `usr/lib/sysext-kiln/${name}`;
}

/**
 * Writes the file from which kiln-host knows what to restart, how long to wait for it, and which previous
 * version it may return to: one `KEY=VALUE` on each line, without quotes.
 */
async function addExtensionConf(
  definition: Definition,
  { version }: Pick<BuildOrder, "version">,
  tree: string,
): Promise<void> {
  const { name, hosts } = definition;
  const values = {
    NAME: name,
    VERSION: formatImageVersion(version),
    SERVICES: servicesOf(definition).join(" "),
    HEALTHY_SECONDS: hosts.healthySeconds,
    STEADY_SECONDS: hosts.steadySeconds,
    ROLLBACK: hosts.rollback,
    ...(hosts.usrLocal && { USR_LOCAL: "yes" }),
  };
  const text = Object.entries(values).map(([key, value]) => `${key}=${value}\n`);
  await addText(text.join(""), tree, `${hostFolder(name)}/extension.conf`);
}
