import { isDeepStrictEqual } from "node:util";
import { KilnError } from "@sysext-kiln/error";
import { isMap, parseDocument } from "yaml";
import { parseDefinition, parseRepositorySettings } from "./parse.ts";

/** A change of `versions.paused` or `versions.withdrawn`. */
export interface ReasonEdit {
  key: "paused" | "withdrawn";
  /** A version of an image, with or without its revision. */
  version: string;
  /** Undefined removes the version. */
  reason: string | undefined;
}

/**
 * Adds a version to the paused or the withdrawn ones of an `extension.yaml`, or removes it; comments and order
 * stay.
 * @param file how messages name it
 * @returns the new text, which is a valid definition
 * @throws KilnError `definition-invalid`, or `usage` if a version is to be removed that is not there
 */
export function editReason(text: string, file: string, { key, version, reason }: ReasonEdit): string {
  const { versions } = parseDefinition(text, file);
  const document = parseDocument(text);
  const path = ["versions", key];
  if (reason !== undefined) {
    document.setIn([...path, version], reason);
  } else if (Object.hasOwn(versions[key], version)) {
    document.deleteIn([...path, version]);
  } else {
    throw new KilnError("usage", {
      expected: `a version under "${path.join(".")}" of ${file}`,
      found: JSON.stringify(version.slice(0, 80)),
      next: "name one of the versions in that file",
    });
  }
  removeIfEmpty(path);
  removeIfEmpty(["versions"]);
  const edited = document.toString({ lineWidth: 0 });
  const wanted = parseDefinition(edited, file);
  const restored = restoreSpaces(edited, text);
  return isDeepStrictEqual(parseDefinition(restored, file), wanted) ? restored : edited;

  function removeIfEmpty(of: readonly string[]): void {
    const node = document.getIn(of);
    if (isMap(node) && node.items.length === 0) document.deleteIn(of);
  }
}

/**
 * Adds fingerprints of keys to `signingKeys` of a `kiln.yaml`, before the earlier ones; comments and order stay.
 * @param text empty if there is no such file yet
 * @param file how messages name it
 * @returns the new text, which is valid
 * @throws KilnError `settings-invalid`
 */
export function addSigningKeys(text: string, file: string, fingerprints: readonly string[]): string {
  const { signingKeys = [] } = parseRepositorySettings(text, file);
  const document = parseDocument(text);
  const all = [...new Set([...fingerprints, ...signingKeys])];
  document.set("signingKeys", document.createNode(all, { flow: true }));
  const edited = document.toString({ lineWidth: 0, flowCollectionPadding: false });
  parseRepositorySettings(edited, file);
  return edited;
}

/** The spaces of each line as they were: the library pads lists and maps on one line in its own way. */
function restoreSpaces(edited: string, before: string): string {
  const lines = Map.groupBy(before.split("\n"), withoutSpaces);
  return edited
    .split("\n")
    .map((line) => lines.get(withoutSpaces(line))?.shift() ?? line)
    .join("\n");
}

function withoutSpaces(line: string): string {
  return line.replaceAll(" ", "");
}
