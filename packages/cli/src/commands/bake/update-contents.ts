import type { Contents } from "@sysext-kiln/baker";
import { KilnError } from "@sysext-kiln/error";
import { seriesOf } from "@sysext-kiln/extension";
import { type Keyring } from "@sysext-kiln/publisher";
import type { FoundImage } from "../../images/find.ts";
import { hostConfigFor, hostFiles } from "@sysext-kiln/host-config";

export interface UpdateOptions {
  withUpdates: boolean;
  baseUrl?: string | undefined;
  reboot: boolean;
}

/** The files that update images on hosts; none without `withUpdates`. */
export function updateContents(
  images: readonly FoundImage[],
  { withUpdates, baseUrl, reboot }: UpdateOptions,
  keyring: Keyring | undefined,
): Contents[] {
  if (!withUpdates || baseUrl === undefined) return [];
  return images.map((image) => {
    const options = { baseUrl, series: seriesFor(image), keyring: keyring?.bytes, reboot };
    const config = hostConfigFor(image.definition, image, options);
    return hostFiles(config);
  });
}

/** The series of an image, which hosts follow. */
function seriesFor({ definition, version, name }: FoundImage): string | undefined {
  const { track } = definition.versions;
  const series = seriesOf(version.upstream, definition.versions);
  if (series !== undefined || track === "newest") return series;
  throw new KilnError("usage", {
    expected: `an image of ${definition.name} in one of the series ${track.join(", ")}, which hosts can follow`,
    found: name,
    next: "omit --with-updates, or add the series to the definition",
  });
}
