import { join } from "node:path";
import type { Definition } from "@sysext-kiln/extension";
import { publishRelease, publishUpdateDirectory, type PublishOptions } from "@sysext-kiln/publisher";
import type { ReleaseHost } from "@sysext-kiln/release-host";
import { imagesOf } from "./images.ts";

/** Publishes versions of an extension. @param folder where their images are made */
export async function publishReleases(
  host: ReleaseHost,
  definition: Definition,
  folder: string,
  versions: readonly string[],
  options: PublishOptions = {},
): Promise<void> {
  for (const version of versions) {
    await publishRelease(
      host,
      definition,
      await imagesOf(definition, version, join(folder, "images")),
      options,
    );
  }
}

/** Publishes versions of an extension, and after each of them the update directory. */
export async function publishVersions(
  host: ReleaseHost,
  definition: Definition,
  folder: string,
  versions: readonly string[],
  options: PublishOptions = {},
): Promise<void> {
  for (const version of versions) {
    await publishReleases(host, definition, folder, [version], options);
    await publishUpdateDirectory(host, [definition], options);
  }
}
