import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { ensurePrograms, machinePrograms, runInSandbox } from "@sysext-kiln/machine";

/** Also makes everything removable, whatever modes the image has. */
const script = `unsquashfs -no-progress -quiet -no-xattrs -dest /output/tree /image "$@" >&2 || exit
if [ -d /output/tree ]; then chmod -R u+rwX /output/tree; fi`;

/**
 * Extracts files and folders of an image; those that it lacks are left out. The image may be hostile, so it
 * is read in the sandbox. What was extracted may still contain anything, such as links.
 * @param paths relative to the image's root
 * @param folder a new folder
 * @returns the folder with what was extracted, which does not exist if there was nothing
 * @throws KilnError `extension-image-invalid`, `sandbox-unavailable`
 */
export async function extractFromImage(
  image: string,
  paths: readonly string[],
  folder: string,
): Promise<string> {
  await ensurePrograms(["unsquashfs"], () => undefined);
  await mkdir(folder);
  const { status, summary } = await runInSandbox(["sh", "-c", script, "sh", ...paths], {
    root: machinePrograms,
    readOnly: [{ source: image, target: "/image" }],
    writable: [{ source: folder, target: "/output" }],
  });
  if (status === 0) return join(folder, "tree");
  throw new KilnError("extension-image-invalid", {
    expected: `${image} to be an undamaged squashfs image`,
    found: summary,
    next: "build or download it again",
  });
}
