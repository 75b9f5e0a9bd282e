import { KilnError } from "@sysext-kiln/error";

const digestForm = "[0-9a-f]{64}";
/** A line of sha256sum(1): a digest, blanks, perhaps `*`, and a file name. */
const plainLine = new RegExp(`^(?<digest>${digestForm})[ \\t]+\\*?(?<file>\\S.*)$`, "i");
/** A line of sha256sum --tag, as BSD's tools write it. */
const taggedLine = new RegExp(`^SHA256 \\((?<file>.+)\\) = (?<digest>${digestForm})$`, "i");
const bareDigest = new RegExp(`^\\s*(?<digest>${digestForm})\\s*$`, "i");

/**
 * The digest of a file in a list of checksums; undefined if the list does not name the file.
 * @param name the file's name; the list may write it with a folder
 * @param where what messages call the list
 * @param isOfOneFile whether a digest without a name is the file's
 * @throws KilnError `manifest-invalid` if it is an HTML page, or has several digests for the file
 */
export function digestIn(
  text: string,
  name: string,
  where: string,
  isOfOneFile: boolean,
): string | undefined {
  if (isHtml(text)) throw invalid(`${where} to be a list of checksums`, "an HTML page");
  const bare = isOfOneFile ? bareDigest.exec(text)?.groups?.["digest"] : undefined;
  if (bare !== undefined) return bare.toLowerCase();
  const lines = text.split(/\r?\n/).flatMap((line) => {
    const groups = (plainLine.exec(line.trimEnd()) ?? taggedLine.exec(line.trimEnd()))?.groups;
    return groups ? [{ file: groups["file"] ?? "", digest: (groups["digest"] ?? "").toLowerCase() }] : [];
  });
  const exact = lines.filter(({ file }) => file.replace(/^\.\//, "") === name);
  const found = exact.length > 0 ? exact : lines.filter(({ file }) => file.endsWith(`/${name}`));
  const digests = [...new Set(found.map(({ digest }) => digest))];
  if (digests.length <= 1) return digests[0];
  throw invalid(`${where} to have one SHA-256 of ${name}`, `${digests.length} different ones`);
}

/** The error for a list that lacks a file. */
export function notListed(name: string, where: string): KilnError {
  return invalid(`${where} to have one line with the SHA-256 of ${name}`, "no such line");
}

/** Whether a text is a web page, as servers send it in place of a missing file. */
export function isHtml(text: string): boolean {
  return /^\s*<(!doctype html|html|head|body)\b/i.test(text.slice(0, 1000));
}

function invalid(expected: string, found: string): KilnError {
  return new KilnError("manifest-invalid", {
    expected,
    found,
    next: `check "checksums" in extension.yaml; if it is right, wait until upstream has fixed the list, or add the version to "versions.exclude"`,
  });
}
