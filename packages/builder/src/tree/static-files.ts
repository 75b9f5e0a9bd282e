import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import type { Extension } from "@sysext-kiln/extension";

/** Copies an extension's `files/` into the tree; one that has none is made of what it takes from upstream alone. */
export async function addStaticFiles({ folder }: Pick<Extension, "folder">, tree: string): Promise<void> {
  const files = join(folder, "files");
  if (existsSync(files)) await cp(files, tree, { recursive: true, verbatimSymlinks: true });
}
