import { publishRelease, publishUpdateDirectory, type Signer } from "@sysext-kiln/publisher";
import { directoryHost } from "@sysext-kiln/release-host";
import { definitionOf, imagesOf } from "./images.ts";

/** Publishes versions of an extension, and after each of them the update directory. */
export async function publishVersions(
  root: string,
  images: string,
  versions: readonly string[],
  signer: Signer | undefined,
): Promise<void> {
  const definition = definitionOf("hello");
  const host = directoryHost(root);
  for (const version of versions) {
    await publishRelease(host, definition, await imagesOf(definition, version, images), { signer });
    await publishUpdateDirectory(host, [definition], { signer });
  }
}
