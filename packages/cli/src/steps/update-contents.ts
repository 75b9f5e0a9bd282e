import type { Contents } from "@sysext-kiln/baker";
import { KilnError } from "@sysext-kiln/error";
import { hostFiles, isOnLine } from "@sysext-kiln/extension";
import { hostConfigFor, type Keyring } from "@sysext-kiln/publisher";
import type { FoundImage } from "./images.ts";

export interface UpdateOptions {
  withUpdates: boolean;
  baseUrl?: string | undefined;
  reboot: boolean;
}

/** What keeps images up to date on the hosts that have them; nothing where that is not wanted. */
export function updateContents(
  images: readonly FoundImage[],
  { withUpdates, baseUrl, reboot }: UpdateOptions,
  keyring: Keyring | undefined,
): Contents[] {
  if (!withUpdates || baseUrl === undefined) return [];
  return images.map((image) => {
    const options = { baseUrl, line: lineFor(image), keyring: keyring?.bytes, reboot };
    const config = hostConfigFor(image.definition, image, options);
    return hostFiles(config);
  });
}

/** The line that an image is on; hosts stay on it. */
function lineFor({ definition, version, name }: FoundImage): string | undefined {
  const { track } = definition.versions;
  if (track === "newest") return undefined;
  const line = track.find((one) => isOnLine(version.upstream, one));
  if (line !== undefined) return line;
  throw new KilnError("usage", {
    expected: `an image of ${definition.name} on a line that hosts follow: ${track.join(", ")}`,
    found: name,
    next: "leave out --with-updates, or add its line to the definition",
  });
}
