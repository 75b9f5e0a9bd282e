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
import { notesRecord } from "./notes-record.ts";
import type { Release } from "./release-store.ts";

/** What the next watch needs to know about a release; in its notes, so that an idle watch is one request. */
export const releaseRecordSchema = z.object({
  upstream: z.string(),
  /** The git object of the version's tag, if upstream has tags. */
  object: gitIdSchema.optional(),
  recipe: sha256Schema.optional(),
  fingerprints: z.partialRecord(z.enum(architectures), sha256Schema),
  /** By the name of an input: its Debian version, commit, or digest. */
  pins: z.partialRecord(z.enum(architectures), z.record(z.string(), z.string())).default({}),
  /** The further sources of the images by name, with the git object of the version's tag. */
  sources: z.record(z.string(), z.object({ version: z.string(), object: gitIdSchema.optional() })).optional(),
  /** Whether a person requested the version, which the policy did not select: hosts are not offered it. */
  outsidePolicy: z.literal(true).optional(),
});
export type ReleaseRecord = z.infer<typeof releaseRecordSchema>;

/** The record of a version, from the build orders of its images. */
export function releaseRecordOf(orders: readonly BuildOrder[]): ReleaseRecord {
  const [first] = orders;
  const origin = first?.inputs[0]?.origin;
  return {
    upstream: first?.upstream ?? "",
    ...(origin?.kind === "github" && { object: origin.object }),
    recipe: first?.recipe,
    ...(first && sourcesOf(first)),
    ...(first?.outsidePolicy === true && { outsidePolicy: true }),
    fingerprints: Object.fromEntries(orders.map((order) => [order.architecture, fingerprint(order)])),
    pins: Object.fromEntries(
      orders.map(({ architecture, inputs }) => [
        architecture,
        Object.fromEntries(inputs.map((input) => [input.name, pinOf(input)])),
      ]),
    ),
  };
}

function sourcesOf({ inputs }: BuildOrder): Pick<ReleaseRecord, "sources"> {
  const entries = inputs.flatMap(({ source, origin }) => {
    if (!source) return [];
    const object = origin.kind === "github" ? { object: origin.object } : {};
    return [[source.name, { version: source.version, ...object }] as const];
  });
  return entries.length === 0 ? {} : { sources: Object.fromEntries(entries) };
}

export const { format: formatReleaseRecord, parse: parseReleaseRecord } = notesRecord(
  "kiln",
  releaseRecordSchema,
);

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

/** The published versions of an extension that its policy selected, so that hosts may be offered them. */
export function selectedVersions(
  definition: Pick<Definition, "name">,
  releases: readonly Release[],
): PublishedVersion[] {
  return publishedVersions(definition, releases).filter(({ record }) => record?.outsidePolicy !== true);
}

/** The published versions of an extension; drafts do not count. */
export function publishedVersions(
  definition: Pick<Definition, "name">,
  releases: readonly Release[],
): PublishedVersion[] {
  return releases.flatMap((release) => {
    const version = release.draft ? undefined : parseReleaseTag(definition, release.tag);
    return version ? [{ version, release, record: parseReleaseRecord(release.notes) }] : [];
  });
}
