import type { Contents } from "@sysext-kiln/baker";
import { KilnError } from "@sysext-kiln/error";
import { seriesOf } from "@sysext-kiln/extension";
import { type Keyring } from "@sysext-kiln/publisher";
import type { FoundImage } from "../../images/find.ts";
import { hostConfigFor, hostFiles } from "@sysext-kiln/host-config";

export interface UpdateOptions {
  baseUrl: string;
  reboot: boolean;
  proxy?: string | undefined;
}

/**
 * The files that update images on hosts.
 * @param images all of them, with one of kiln-host
 */
export function updateContents(
  images: readonly FoundImage[],
  options: UpdateOptions,
  keyring: Keyring | undefined,
): Contents {
  const extensions = images.map((image) => ({
    definition: image.definition,
    image,
    series: seriesFor(image),
  }));
  return hostFiles(hostConfigFor(extensions, { ...options, keyring: keyring?.bytes }));
}

/** The series of an image, which hosts follow. */
function seriesFor({ definition, version, name }: FoundImage): string | undefined {
  const { track } = definition.versions;
  const series = seriesOf(version.upstream, definition.versions);
  if (series !== undefined || typeof track === "string") return series;
  throw new KilnError("usage", {
    expected: `an image of ${definition.name} in one of the series ${track.join(", ")}, which hosts can follow`,
    found: name,
    next: "omit --with-updates, or add the series to the definition",
  });
}
