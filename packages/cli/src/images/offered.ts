import { KilnError } from "@sysext-kiln/error";
import {
  isInSeries,
  seriesOf,
  type Architecture,
  type Definition,
  type ImageVersion,
} from "@sysext-kiln/extension";
import type { PublishedImage } from "@sysext-kiln/publisher";

/** The series that a host follows: `pin`, or the newest one with a version; undefined if hosts follow all. */
export function followedSeries(
  { versions }: Definition,
  pin: string | undefined,
  offered: readonly { version: ImageVersion }[],
): string | undefined {
  if (pin !== undefined || versions.track === "newest") return pin;
  const found = offered.map(({ version }) => seriesOf(version.upstream, versions));
  if (typeof versions.track === "string") return found[0];
  return versions.track.findLast((series) => found.includes(series));
}

/**
 * The newest offered image for an architecture, in a series if one is given.
 * @throws KilnError `not-published`
 */
export function newestOf(
  { name }: Definition,
  series: string | undefined,
  arch: Architecture,
  offered: readonly PublishedImage[],
): PublishedImage {
  const image = offered.find(
    ({ architecture, version }) =>
      architecture === arch && (series === undefined || isInSeries(version.upstream, series)),
  );
  if (image) return image;
  throw new KilnError("not-published", {
    expected: `an image of ${name}${series === undefined ? "" : ` ${series}`} for ${arch} in the update directory`,
    found: offered.map((one) => one.name).join(", ") || "no images of it",
    next: `./kiln release ${name} publishes what is missing`,
  });
}
