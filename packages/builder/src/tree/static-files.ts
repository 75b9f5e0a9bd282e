import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Extension } from "@sysext-kiln/extension";

/** Copies an extension's `files/` into the tree. */
export async function addStaticFiles({ folder }: Extension, tree: string): Promise<void> {
  await cp(join(folder, "files"), tree, { recursive: true, verbatimSymlinks: true });
}
