import { KilnError } from "@sysext-kiln/error";
import { isOnLine, type Architecture, type Definition, type ImageVersion } from "@sysext-kiln/extension";
import {
  offeredKeyring,
  openKeyring,
  type Keyring,
  type OfferedImage,
  type Source,
} from "@sysext-kiln/publisher";
import { z } from "zod";

/** Where hosts find releases, without a slash at its end. */
export const baseUrlSchema = z
  .url({ protocol: /^https?$/ })
  .transform((url) => new URL(url).href.replace(/\/+$/, ""));

/** The keys that hosts shall trust; what is published beside the images is only as good as the place that it comes from. */
export async function trustedKeyring(source: Source, key: string | undefined): Promise<Keyring | undefined> {
  if (key !== undefined) return openKeyring(key);
  const keyring = await offeredKeyring(source);
  if (keyring) {
    process.stderr.write(
      `note: hosts will trust ${keyring.fingerprints.join(" and ")}, as ${source.name} says; --key FILE takes the key from where it was made\n`,
    );
  }
  return keyring;
}

/** The line that a host follows: as asked for, else the newest one that has a version; none where hosts follow everything. */
export function lineOf(
  { versions: { track } }: Definition,
  pin: string | undefined,
  present: readonly { version: ImageVersion }[],
): string | undefined {
  if (pin !== undefined || track === "newest") return pin;
  return track.toReversed().find((line) => present.some(({ version }) => isOnLine(version.upstream, line)));
}

/**
 * The newest image that is offered for an architecture, on a line where there is one.
 * @throws KilnError `not-published`
 */
export function newestOf(
  { name }: Definition,
  line: string | undefined,
  arch: Architecture,
  offered: readonly OfferedImage[],
): OfferedImage {
  const image = offered.find(
    ({ architecture, version }) =>
      architecture === arch && (line === undefined || isOnLine(version.upstream, line)),
  );
  if (image) return image;
  throw new KilnError("not-published", {
    expected: `an image of ${name}${line === undefined ? "" : ` ${line}`} for ${arch} in the update directory`,
    found: offered.map((one) => one.name).join(", ") || "no image of it",
    next: `./kiln release ${name} publishes what is missing`,
  });
}
