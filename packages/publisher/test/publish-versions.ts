import { join } from "node:path";
import type { Definition } from "@sysext-kiln/extension";
import { publishRelease, publishUpdateDirectory, type PublishOptions } from "@sysext-kiln/publisher";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { imagesOf } from "./images.ts";

/** Publishes versions of an extension. @param folder where their images are created */
export async function publishReleases(
  store: ReleaseStore,
  definition: Definition,
  folder: string,
  versions: readonly string[],
  options: PublishOptions = {},
): Promise<void> {
  for (const version of versions) {
    await publishRelease(
      store,
      definition,
      await imagesOf(definition, version, join(folder, "images")),
      options,
    );
  }
}

/** Publishes versions of an extension, and after each of them the update directory. */
export async function publishVersions(
  store: ReleaseStore,
  definition: Definition,
  folder: string,
  versions: readonly string[],
  options: PublishOptions = {},
): Promise<void> {
  for (const version of versions) {
    await publishReleases(store, definition, folder, [version], options);
    await publishUpdateDirectory(store, [definition], options);
  }
}
