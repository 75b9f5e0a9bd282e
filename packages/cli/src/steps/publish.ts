import type { Extension } from "@sysext-kiln/extension";
import {
  byVersion,
  publishRelease,
  publishUpdateDirectory,
  type PublishOptions,
  type UpdateDirectoryOptions,
} from "@sysext-kiln/publisher";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { runTasks, type Task } from "../output/tasks.ts";
import type { TimedImage } from "./build.ts";

/**
 * Publishes every version that has all its images, and then the update directory.
 * @returns whether anything that hosts can see has changed
 */
export async function publishAll(
  store: ReleaseStore,
  all: readonly Extension[],
  images: readonly TimedImage[],
  { json, ...options }: PublishOptions & UpdateDirectoryOptions & { json?: boolean },
): Promise<{ changed: boolean; errors: unknown[] }> {
  const publishing = { ...options, baseUrl: options.baseUrl ?? store.baseUrl };
  const definitions = all.map(({ definition }) => definition);
  const versions = byVersion(
    definitions,
    images.map(({ image }) => image),
  );
  let changed = false;
  const errors = await store.exclusively(async () => {
    const failed = await runTasks(
      // A version that lacks an architecture waits for the next run.
      versions
        .filter(({ isWhole }) => isWhole)
        .map(({ definition, tag, images: ofVersion }) => ({
          title: `publish ${tag}`,
          run: async (say) => {
            changed = (await publishRelease(store, definition, ofVersion, { ...publishing, say })) || changed;
          },
        })),
      { concurrent: 1, json: json ?? false },
    );
    const index: Task = {
      title: "bring the update directory up to date",
      run: async (say) => {
        changed = (await publishUpdateDirectory(store, definitions, { ...publishing, say })) || changed;
      },
    };
    return [...failed, ...(await runTasks([index], { concurrent: 1, json: json ?? false }))];
  });
  return { changed, errors };
}
