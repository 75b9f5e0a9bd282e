import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Architecture, Definition } from "@sysext-kiln/extension";

/**
 * Writes the file by which systemd-sysext decides whether an image fits the host (os-release(5)).
 * `_any` fits every distribution: what we ship needs the kernel, and at most an old C library.
 */
export async function addExtensionRelease(
  { name }: Definition,
  architecture: Architecture,
  tree: string,
): Promise<void> {
  const folder = join(tree, "usr/lib/extension-release.d");
  await mkdir(folder, { recursive: true });
  // Reloading the manager is what starts an upheld unit when the image is merged at run time.
  const lines = ["ID=_any", `ARCHITECTURE=${architecture}`, "EXTENSION_RELOAD_MANAGER=1"];
  await writeFile(join(folder, `extension-release.${name}`), lines.map((line) => `${line}\n`).join(""));
}
