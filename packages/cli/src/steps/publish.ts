import { formatImageVersion, type Extension } from "@sysext-kiln/extension";
import { publishRelease, publishUpdateDirectory, type UpdateDirectoryOptions } from "@sysext-kiln/publisher";
import type { ReleaseHost } from "@sysext-kiln/release-host";
import type { BuildOrder } from "@sysext-kiln/version-watcher";
import { runTasks } from "../output/tasks.ts";
import type { TimedImage } from "./build.ts";

/**
 * Publishes every version that has all its images, and then the update directory.
 * @returns whether anything that hosts can see has changed
 */
export async function publishAll(
  host: ReleaseHost,
  all: readonly Extension[],
  images: readonly TimedImage[],
  { json, ...publishing }: UpdateDirectoryOptions & { json?: boolean },
): Promise<{ changed: boolean; errors: unknown[] }> {
  let changed = false;
  const errors = await host.exclusively(async () => {
    const failed = await runTasks(
      wholeVersions(all, images).map(({ extension, title, versionImages }) => ({
        title: `publish ${title}`,
        run: async () => {
          changed = (await publishRelease(host, extension.definition, versionImages, publishing)) || changed;
        },
      })),
      { concurrent: 1, json: json ?? false },
    );
    const index = {
      title: "bring the update directory up to date",
      run: async () => {
        const definitions = all.map(({ definition }) => definition);
        changed = (await publishUpdateDirectory(host, definitions, publishing)) || changed;
      },
    };
    return [...failed, ...(await runTasks([index], { concurrent: 1, json: json ?? false }))];
  });
  return { changed, errors };
}

/** Versions whose images were built for every architecture; the others wait for the next run. */
function wholeVersions(all: readonly Extension[], images: readonly TimedImage[]) {
  const versions = Map.groupBy(images, ({ image: { record } }) => titleOf(record));
  return [...versions].flatMap(([title, timed]) => {
    const versionImages = timed.map(({ image }) => image);
    const extension = all.find(({ definition }) => definition.name === versionImages[0]?.record.extension);
    const isWhole = extension?.definition.architectures.length === versionImages.length;
    return extension && isWhole ? [{ extension, title, versionImages }] : [];
  });
}

function titleOf({ extension, version }: Pick<BuildOrder, "extension" | "version">): string {
  return `${extension} ${formatImageVersion(version)}`;
}
