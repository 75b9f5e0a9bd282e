import type { Image } from "@sysext-kiln/builder";
import type { Definition } from "@sysext-kiln/extension";
import type { Phase, Reporter } from "@sysext-kiln/machine";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { publishRelease, type PublishOptions } from "./publish-release.ts";
import { publishUpdateDirectory, type UpdateDirectoryOptions } from "./update-directory.ts";
import { byVersion, type VersionImages } from "./whole-versions.ts";

/** What a run has published. */
export interface Published {
  /** Whether anything that hosts can see has changed. */
  changed: boolean;
  /** Whether hosts see another update directory than before. */
  updated: boolean;
  /** The tags of the versions that were published. */
  tags: string[];
  /** Every version that there were images of. */
  versions: VersionImages[];
  errors: unknown[];
}

/** Publishes complete versions, and then the update directory; one that fails does not hold up the others. */
export function publishAll(
  store: ReleaseStore,
  definitions: readonly Definition[],
  images: readonly Image[],
  options: PublishOptions & UpdateDirectoryOptions,
  reporter: Reporter,
): Promise<Published> {
  const versions = byVersion(definitions, images);
  return store.exclusively(async () => {
    const tags: string[] = [];
    let updated = false;
    const releases = versions.map(({ definition, tag, images: ofVersion, isWhole }): Phase => ({
      title: `publish ${tag}`,
      async run(say) {
        if (!isWhole) {
          say("waiting: an image of it was not built");
        } else if (await publishRelease(store, definition, ofVersion, { ...options, say })) {
          tags.push(tag);
          say(`published ${ofVersion.map(({ record }) => record.image.name).join(" and ")}`);
        } else {
          say("already published");
        }
      },
    }));
    const updateDirectory: Phase = {
      title: "publish the update directory",
      async run(say) {
        updated = await publishUpdateDirectory(store, definitions, { ...options, say });
        say(updated ? "hosts see a new update directory" : "update directory unchanged");
      },
    };
    const errors = await reporter.run([...releases, updateDirectory]);
    return { changed: updated || tags.length > 0, updated, tags, versions, errors };
  });
}
