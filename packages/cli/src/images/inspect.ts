import { inspectImage } from "@sysext-kiln/builder";
import type { Architecture } from "@sysext-kiln/extension";
import { runPhase, type Reporter } from "@sysext-kiln/machine";
import { printNote } from "../output/print.ts";
import type { FoundImage } from "./find.ts";

/**
 * Checks that systemd-sysext merges images on hosts of an architecture: it silently skips a file that is not an
 * image for the host. Anybody may have made them; notes say what could not be checked.
 * @returns the newest date of an image, in seconds since 1970, and what could not be checked
 * @throws KilnError `extension-image-invalid`, `architecture-mismatch`
 */
export async function inspectImages(
  images: readonly FoundImage[],
  architecture: Architecture,
  reporter: Reporter,
): Promise<{ epoch: number; unchecked: readonly string[] }> {
  const names = images.map(({ name }) => name).join(", ");
  const inspected = await runPhase(reporter, `check ${names}`, () =>
    Promise.all(images.map(({ path, definition }) => inspectImage(path, definition.name, architecture))),
  );
  const unchecked = inspected.flatMap((one) => one.unchecked);
  for (const what of unchecked) printNote(`not checked: ${what}`);
  return { epoch: Math.max(...inspected.map(({ epoch }) => epoch)), unchecked };
}
