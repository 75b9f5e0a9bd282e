import type { Progress } from "@sysext-kiln/action";
import type { Definition } from "@sysext-kiln/extension";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { publishRelease, type PublishOptions } from "../publish-release.ts";
import { publishUpdateDirectory, type UpdateDirectoryOptions } from "../update-directory.ts";
import type { VersionImages } from "../whole-versions.ts";

/** What a run has published. */
export interface Published {
  /** Whether hosts see another update directory than before. */
  changed: boolean;
  /** The tags of the versions that were published. */
  published: string[];
}

/** Publishes whole versions, and then the update directory; one that fails does not hold up the others. */
export function publishEverything(
  store: ReleaseStore,
  definitions: readonly Definition[],
  versions: readonly VersionImages[],
  given: PublishOptions & UpdateDirectoryOptions,
  { phase, say, fail }: Progress & { fail: (error: unknown) => void },
): Promise<Published> {
  const options = { ...given, say };
  return store.exclusively(async () => {
    const published: string[] = [];
    for (const { definition, tag, images, isWhole } of versions) {
      phase(`Publishing ${tag}`);
      try {
        if (!isWhole) {
          say("It waits: an image of it was not built.");
        } else if (await publishRelease(store, definition, images, options)) {
          published.push(tag);
          say(`Published ${images.map(({ record }) => record.image.name).join(" and ")}.`);
        } else {
          say("It was published before.");
        }
      } catch (error) {
        fail(error);
      }
    }
    phase("Publishing the update directory");
    try {
      const changed = await publishUpdateDirectory(store, definitions, options);
      say(changed ? "Hosts see a new one." : "It is as it was.");
      return { changed, published };
    } catch (error) {
      fail(error);
      return { changed: false, published };
    }
  });
}
