import { KilnError } from "@sysext-kiln/error";
import {
  isInSeries,
  seriesOf,
  type Architecture,
  type Definition,
  type ImageVersion,
} from "@sysext-kiln/extension";
import {
  offeredKeyring,
  openKeyring,
  type Keyring,
  type OfferedImage,
  type Source,
} from "@sysext-kiln/publisher";
import { z } from "zod";
import { printNote } from "../output/print.ts";

/**
 * Reads where hosts find releases; the result has no slash at its end.
 * @throws KilnError `usage`
 */
export function parseBaseUrl(text: string): string {
  const isUrl = z.url({ protocol: /^https?$/ }).safeParse(text).success;
  const hasLogin = isUrl ? new URL(text).username + new URL(text).password !== "" : text.includes("@");
  if (isUrl && !hasLogin) return new URL(text).href.replace(/\/+$/, "");
  throw new KilnError("usage", {
    expected: "--base-url to be a URL without a password, such as https://example.org/extensions",
    found: hasLogin ? "one with a user name or a password" : JSON.stringify(text.slice(0, 80)),
    next: "give the URL below which hosts find releases/latest/download/",
  });
}

/**
 * The keys that hosts shall trust; what is published beside the images is only as good as the place that it comes from.
 * Says where that is not much.
 * @param baseUrl where hosts will update from
 * @throws KilnError `key-missing`, `key-invalid`
 */
export async function trustedKeyring(
  source: Source,
  key: string | undefined,
  baseUrl: string | undefined,
): Promise<Keyring | undefined> {
  const keyring = key === undefined ? await offeredKeyring(source) : await openKeyring(key);
  if (!keyring) {
    printNote(
      `warning: ${source.name} is not signed, so hosts will not verify what they update to; docs/signing.md says how to sign`,
    );
  } else if (key === undefined) {
    const fingerprints = keyring.fingerprints.join(" and ");
    printNote(
      `note: hosts will trust ${fingerprints}, as ${source.name} says; --key FILE takes the key from where it was made`,
    );
  }
  if (baseUrl !== undefined && isPlainHttp(baseUrl)) {
    const harm = keyring ? "keep updates from hosts" : "keep updates from hosts, or replace them";
    printNote(
      `warning: ${baseUrl} is not encrypted: anybody on the network between can ${harm}; use https://`,
    );
  }
  return keyring;
}

/** Whether a URL is read without TLS over a network. */
function isPlainHttp(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "http:" && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** The series that a host follows: `pin`, or else the newest one that has a version; undefined if hosts follow all. */
export function followedSeries(
  { versions }: Definition,
  pin: string | undefined,
  present: readonly { version: ImageVersion }[],
): string | undefined {
  if (pin !== undefined || versions.track === "newest") return pin;
  const found = new Set(present.map(({ version }) => seriesOf(version.upstream, versions)));
  return versions.track.findLast((series) => found.has(series));
}

/**
 * The newest image that is offered for an architecture, on a series where there is one.
 * @throws KilnError `not-published`
 */
export function newestOf(
  { name }: Definition,
  series: string | undefined,
  arch: Architecture,
  offered: readonly OfferedImage[],
): OfferedImage {
  const image = offered.find(
    ({ architecture, version }) =>
      architecture === arch && (series === undefined || isInSeries(version.upstream, series)),
  );
  if (image) return image;
  throw new KilnError("not-published", {
    expected: `an image of ${name}${series === undefined ? "" : ` ${series}`} for ${arch} in the update directory`,
    found: offered.map((one) => one.name).join(", ") || "no image of it",
    next: `./kiln release ${name} publishes what is missing`,
  });
}
