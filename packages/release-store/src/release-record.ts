import {
  architectures,
  compareImageVersions,
  fingerprint,
  gitIdSchema,
  parseReleaseTag,
  pinOf,
  sha256Schema,
  type BuildOrder,
  type Definition,
  type ImageVersion,
} from "@sysext-kiln/extension";
import { z } from "zod";
import type { Release } from "./release-store.ts";

/**
 * What a release's notes say to the next watch. It stands in the notes because every host lists those with the
 * releases: a watch with nothing new then costs one request.
 */
const releaseRecordSchema = z.object({
  upstream: z.string(),
  /** What the version's tag was in git, where upstream has tags. */
  object: gitIdSchema.optional(),
  recipe: sha256Schema.optional(),
  fingerprints: z.partialRecord(z.enum(architectures), sha256Schema),
  /** By the name of an input, what it was: a Debian version, a commit, or a digest. */
  pins: z.partialRecord(z.enum(architectures), z.record(z.string(), z.string())).default({}),
});
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>;

/** The record of a version, from the orders of its images. */
export function releaseRecordOf(orders: readonly BuildOrder[]): ReleaseRecord {
  const [first] = orders;
  const origin = first?.inputs[0]?.origin;
  return {
    upstream: first?.upstream ?? "",
    ...(origin?.kind === "github" && { object: origin.object }),
    recipe: first?.recipe,
    fingerprints: Object.fromEntries(orders.map((order) => [order.architecture, fingerprint(order)])),
    pins: Object.fromEntries(
      orders.map(({ architecture, inputs }) => [
        architecture,
        Object.fromEntries(inputs.map((input) => [input.name, pinOf(input)])),
      ]),
    ),
  };
}

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

/** The newest revision of one of upstream's versions. */
export function lastRevision(
  published: readonly PublishedVersion[],
  upstreamVersion: string,
): PublishedVersion | undefined {
  return published
    .filter(({ version }) => version.upstream === upstreamVersion)
    .toSorted((left, right) => compareImageVersions(left.version, right.version))
    .at(-1);
}

/** What of an extension a store's list of releases holds; drafts do not count. */
export function publishedVersions(
  definition: Pick<Definition, "name">,
  releases: readonly Release[],
): PublishedVersion[] {
  return releases.flatMap((release) => {
    const version = release.draft ? undefined : parseReleaseTag(definition, release.tag);
    return version ? [{ version, release, record: parseReleaseRecord(release.notes) }] : [];
  });
}
