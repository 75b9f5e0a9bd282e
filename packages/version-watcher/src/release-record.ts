import { architectures, type Definition, type ImageVersion, parseReleaseTag } from "@sysext-kiln/extension";
import type { Release } from "@sysext-kiln/release-host";
import { z } from "zod";
import { sha256Schema } from "./plan.ts";

/**
 * What a release's notes say to the next watch. It stands in the notes because every host lists those with the
 * releases: a watch with nothing new then costs one request.
 */
const releaseRecordSchema = z.object({
  upstream: z.string(),
  fingerprints: z.partialRecord(z.enum(architectures), sha256Schema),
});
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>;

const mark = { start: "<!-- kiln ", end: " -->" } as const;

/** A line for the notes that people do not see. */
export function formatReleaseRecord(record: ReleaseRecord): string {
  return `${mark.start}${JSON.stringify(record)}${mark.end}`;
}

/** The record in a release's notes; undefined where somebody has edited it away. */
export function parseReleaseRecord(notes: string): ReleaseRecord | undefined {
  const line = notes
    .split("\n")
    .find((text) => text.startsWith(mark.start) && text.trimEnd().endsWith(mark.end));
  if (!line) return undefined;
  try {
    const json: unknown = JSON.parse(line.trimEnd().slice(mark.start.length, -mark.end.length));
    return releaseRecordSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}

/** A published version of an extension. */
export interface PublishedVersion {
  version: ImageVersion;
  release: Release;
  record: ReleaseRecord | undefined;
}

/** What of an extension a host's list of releases holds; drafts do not count. */
export function publishedVersions(definition: Definition, releases: readonly Release[]): PublishedVersion[] {
  return releases.flatMap((release) => {
    const version = release.draft ? undefined : parseReleaseTag(definition, release.tag);
    return version ? [{ version, release, record: parseReleaseRecord(release.notes) }] : [];
  });
}
