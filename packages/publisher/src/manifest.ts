import { KilnError } from "@sysext-kiln/error";

/** The file name of a manifest, in permanent releases and in the update directory. */
export const manifestName = "SHA256SUMS";

/** A line of a manifest. */
export interface ManifestEntry {
  name: string;
  /** Lower-case hex. */
  sha256: string;
}

/**
 * Writes a manifest in exactly the format that systemd-sysupdate accepts: lines of digest, two spaces, name
 * and LF. It refuses the whole file if any line differs.
 * @throws KilnError `manifest-invalid` if a name or digest would result in such a line
 */
export function formatManifest(entries: readonly ManifestEntry[]): string {
  const text = entries
    .toSorted((left, right) => (left.name < right.name ? -1 : 1))
    .map(({ name, sha256 }) => `${sha256}  ${name}\n`)
    .join("");
  if (entries.length > 0 && parseManifest(text, "the new manifest").length !== entries.length)
    throw invalid("the new manifest", 1, "a name with a line break");
  return text;
}

/**
 * The first line of a permanent release's manifest if update directories have a best-before date. A permanent
 * release's manifest is signed too but has no date, so that somebody could serve it to hosts as an update
 * directory indefinitely. sha256sum ignores the line; systemd-sysupdate refuses the whole manifest because of
 * it (measured: 257 and 262).
 */
const releaseComment =
  "# For people and sha256sum, not for hosts: they update from releases/latest/download, whose manifest has a date.\n";

/**
 * Writes the manifest of a permanent release.
 * @param isForHosts whether systemd-sysupdate would accept it
 */
export function formatReleaseManifest(
  entries: readonly ManifestEntry[],
  { isForHosts }: { isForHosts: boolean },
): string {
  return `${isForHosts ? "" : releaseComment}${formatManifest(entries)}`;
}

/**
 * Digest, space, space or `*`, and a name of printable ASCII that fits into a directory: systemd-sysupdate
 * refuses control characters, characters that Unicode does not define and names of more than 255 bytes.
 */
const manifestLine = /^(?<sha256>[0-9a-f]{64}) [ *](?<name>(?!\.\.?$)[!-.0-~]{1,255})$/;

/**
 * Reads a manifest at least as strictly as systemd-sysupdate does.
 * @param where how messages name it
 * @throws KilnError `manifest-invalid` with the line
 */
export function parseManifest(text: string, where: string): ManifestEntry[] {
  if (!text.endsWith("\n"))
    throw invalid(where, text.split("\n").length, "no newline at the end of the file");
  return text
    .slice(0, -1)
    .split("\n")
    .map((line, index) => {
      const groups = manifestLine.exec(line)?.groups;
      if (!groups) throw invalid(where, index + 1, JSON.stringify(line.slice(0, 120)));
      return { name: groups["name"] ?? "", sha256: groups["sha256"] ?? "" };
    });
}

/**
 * Reads the manifest of a permanent release, which may begin with the comment that makes hosts refuse it.
 * @throws KilnError `manifest-invalid` with the number of the line
 */
export function parseReleaseManifest(text: string, where: string): ManifestEntry[] {
  return parseManifest(text.startsWith(releaseComment) ? text.slice(releaseComment.length) : text, where);
}

function invalid(where: string, line: number, found: string): KilnError {
  return new KilnError("manifest-invalid", {
    expected: `line ${line} of ${where} to be a SHA-256 digest, two spaces and a file name`,
    found,
    next: "publish again; hosts refuse the whole manifest because of this line and keep what they have",
  });
}
