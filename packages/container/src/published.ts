import {
  type Architecture,
  buildRecordName,
  compareImageVersions,
  type Definition,
  groupBySeries,
  imageName,
  parseDocument,
  sha256Schema,
} from "@sysext-kiln/extension";
import {
  type PublishedVersion,
  type Release,
  type ReleaseStore,
  selectedVersions,
} from "@sysext-kiln/release-store";
import { z } from "zod";

/** The newest version that hosts are directed to; undefined if none is published. */
export function newestPublished(
  definition: Definition,
  releases: readonly Release[],
): PublishedVersion | undefined {
  const published = selectedVersions(definition, releases);
  return groupBySeries(published, definition.versions, ({ version }) => version.upstream)
    .flat()
    .toSorted((left, right) => compareImageVersions(left.version, right.version))
    .at(-1);
}

/** The part of a record that is needed here; an older kiln may have written the rest differently. */
const recordSchema = z.object({ image: z.object({ sha256: sha256Schema }) });

/** Fetches a published version's images, each verified by the digest in its record. */
export async function fetchImages(
  store: ReleaseStore,
  definition: Definition,
  { version, release }: PublishedVersion,
): Promise<Record<Architecture, string>> {
  const fetchImage = async (architecture: Architecture) => {
    const recordName = buildRecordName(definition, version, architecture);
    const sha256 = digestIn(await store.readText(release, recordName), `${release.tag}/${recordName}`);
    return store.fileOf(release, { name: imageName(definition, version, architecture), sha256 });
  };
  return { "x86-64": await fetchImage("x86-64"), arm64: await fetchImage("arm64") };
}

/** @throws KilnError `document-invalid` */
function digestIn(text: string, where: string): string {
  const { image } = parseDocument(text, recordSchema, {
    what: `${where} to be the build record of an image, with its SHA-256`,
    next: "find out who changed the release; publishing a new revision of the version writes a new record",
  });
  return image.sha256;
}
