import type { Contents } from "@sysext-kiln/baker";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { seriesOf } from "@sysext-kiln/extension";
import { hostConfigFor, hostFiles } from "@sysext-kiln/host-config";
import { updateDirectoryIndex } from "@sysext-kiln/publisher";
import type { FoundImage, Published } from "../../images/find.ts";
import { printNote } from "../../output/print.ts";

export interface UpdateOptions {
  baseUrl: string;
  reboot: boolean;
  proxy?: string | undefined;
}

/**
 * The files that update images on hosts.
 * @param images all of them, with one of kiln-host
 * @throws KilnError `signature-invalid` and others, if what is published cannot be read
 */
export async function updateContents(
  images: readonly FoundImage[],
  options: UpdateOptions,
  published: Published,
): Promise<Contents> {
  const extensions = images.map((image) => ({
    definition: image.definition,
    image,
    series: seriesFor(image),
  }));
  const repository = await publishedRepository(published);
  return hostFiles(hostConfigFor(extensions, { ...options, keyring: published.keyring?.bytes, repository }));
}

/** The identity of the repository; undefined if nothing is published there yet. */
async function publishedRepository({ source, keyring }: Published): Promise<string | undefined> {
  try {
    return (await updateDirectoryIndex(source, keyring))?.repository;
  } catch (error) {
    if (!isKilnError(error, "not-published")) throw error;
    printNote(
      `note: ${source.name} has no update directory yet, so hosts will accept the first index that they see; kiln release publishes it`,
    );
    return undefined;
  }
}

/** The series of an image, which hosts follow. */
function seriesFor({ definition, version, name }: FoundImage): string | undefined {
  const { track } = definition.versions;
  const series = seriesOf(version.upstream, definition.versions);
  if (series !== undefined || typeof track === "string") return series;
  throw new KilnError("usage", {
    expected: `an image of ${definition.name} in one of the series ${track.join(", ")}, which hosts can follow`,
    found: name,
    next: "omit --with-updates, or add the series to the definition",
  });
}
