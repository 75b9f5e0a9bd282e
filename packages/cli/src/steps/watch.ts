import type { Extension } from "@sysext-kiln/extension";
import type { Release } from "@sysext-kiln/release-host";
import {
  debianArchive,
  debianUpstream,
  watchExtension,
  type BuildOrder,
  type Plan,
} from "@sysext-kiln/version-watcher";
import { runTasks } from "../output/tasks.ts";
import type { WatchOptions } from "../setting.ts";

/** Looks for builds that are missing; an extension that can't be watched does not hold up the others. */
export async function watch(
  extensions: readonly Extension[],
  releases: readonly Release[],
  { json, version }: WatchOptions,
): Promise<{ plan: Plan; errors: unknown[] }> {
  const found = new Map<string, BuildOrder[]>();
  const errors = await runTasks(
    extensions.map((extension) => ({
      title: `watch ${extension.definition.name}`,
      run: async (say) => {
        const archive = debianArchive(say);
        const upstream = debianUpstream(archive);
        found.set(
          extension.definition.name,
          await watchExtension(extension, { upstream, archive, releases, version }),
        );
      },
    })),
    { concurrent: extensions.length, json },
  );
  return {
    plan: { builds: extensions.flatMap(({ definition }) => found.get(definition.name) ?? []) },
    errors,
  };
}
