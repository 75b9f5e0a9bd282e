import { isAvailable } from "@sysext-kiln/machine";
import type { FileInput } from "@sysext-kiln/extension";
import { newestFirst } from "./debian-version.ts";

/** A Debian version of something, with every file that it takes. */
export interface Candidate {
  /** For messages. */
  name: string;
  /** As Debian writes it. */
  version: string;
  inputs: FileInput[];
}

/**
 * The files of the newest version that the mirror really has. Mirrors have gaps: a security suite's index may name a file
 * that is only in the main pool (the same digest tells that it is the same file), or one that has not arrived yet.
 * @param say is told about a version that is passed over
 */
export async function newestAvailable(
  candidates: readonly Candidate[],
  say: (line: string) => void,
): Promise<FileInput[] | undefined> {
  const places = Map.groupBy(
    candidates.flatMap(({ inputs }) => inputs),
    ({ sha256 }) => sha256,
  );
  for (const { name, version, inputs } of await newestFirst(candidates)) {
    const found = await Promise.all(inputs.map((input) => withPlace(input, places.get(input.sha256) ?? [])));
    const there = found.filter((input) => input !== undefined);
    if (there.length === inputs.length) return there;
    const missing = inputs.find(({ sha256 }) => there.every((input) => input.sha256 !== sha256));
    say(`passing over ${name} ${version}: the mirror lacks ${missing?.url ?? "a file"}`);
  }
  return undefined;
}

/** The input with the first of its places where it can be had. */
async function withPlace(input: FileInput, places: readonly FileInput[]): Promise<FileInput | undefined> {
  for (const url of new Set([input.url, ...places.map((place) => place.url)])) {
    if (await isAvailable({ url, sha256: input.sha256 })) return { ...input, url };
  }
  return undefined;
}
