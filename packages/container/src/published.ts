import { KilnError } from "@sysext-kiln/error";
import {
  type Architecture,
  buildRecordName,
  compareImageVersions,
  type Definition,
  groupBySeries,
  imageName,
  sha256Schema,
} from "@sysext-kiln/extension";
import {
  type PublishedVersion,
  publishedVersions,
  type Release,
  type ReleaseStore,
} from "@sysext-kiln/release-store";
import { z } from "zod";

/** The newest version that hosts are led to; undefined where none is published. */
export function newestPublished(
  definition: Definition,
  releases: readonly Release[],
): PublishedVersion | undefined {
  const published = publishedVersions(definition, releases);
  return groupBySeries(published, definition.versions, ({ version }) => version.upstream)
    .flat()
    .toSorted((left, right) => compareImageVersions(left.version, right.version))
    .at(-1);
}

/** Of a record only what is needed: the kiln that wrote it may have been an older one, with another form. */
const recordSchema = z.object({ image: z.object({ sha256: sha256Schema }) });

/** Brings a published version's images to this machine, each with the digest that its record tells. */
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
  try {
    const json: unknown = JSON.parse(text);
    return recordSchema.parse(json).image.sha256;
  } catch (cause) {
    throw new KilnError("document-invalid", {
      expected: `${where} to be the record of an image, with its SHA-256`,
      found: "another document",
      next: "look at the release, and who changed it; a new revision of the version has a record again",
      cause,
    });
  }
}
