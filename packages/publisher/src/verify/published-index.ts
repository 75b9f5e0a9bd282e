import { hash } from "node:crypto";
import { KilnError } from "@sysext-kiln/error";
import { updateDirectoryPath, isIndexName, parseIndex, type ReleaseIndex } from "@sysext-kiln/extension";
import type { ManifestEntry } from "../manifest.ts";
import { readBytes, type Source } from "./source.ts";

/**
 * The index of the update directory; undefined if an older kiln published it.
 * @param entries the lines of the directory's manifest, which lists the index's digest
 * @throws KilnError `not-published`, `document-invalid`, `digest-mismatch`
 */
export async function publishedIndex(
  source: Source,
  entries: readonly ManifestEntry[],
): Promise<ReleaseIndex | undefined> {
  const entry = entries.find(({ name }) => isIndexName(name));
  if (entry === undefined) return undefined;
  const path = `${updateDirectoryPath}/${entry.name}`;
  const bytes = await readBytes(source, path);
  const found = hash("sha256", bytes);
  if (found === entry.sha256) return parseIndex(bytes.toString("utf8"), `${source.name}/${path}`);
  throw new KilnError("digest-mismatch", {
    expected: `${path} of ${source.name} to have the SHA-256 ${entry.sha256}`,
    found,
    next: "do not let hosts update from here until you know who changed the file",
  });
}
