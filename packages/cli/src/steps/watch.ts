import type { Release } from "@sysext-kiln/release-store";
import { chooseUpstream, openUpstream, upstreamsOf, watchExtension } from "@sysext-kiln/version-watcher";
import { runTasks, type Progress } from "../output/tasks.ts";
import type { Setting, WatchOptions } from "../setting.ts";
import { upstreamAccess } from "./upstream-access.ts";
import type { BuildOrder, Plan } from "@sysext-kiln/extension";

/**
 * Looks for builds that are missing; an extension that can't be watched does not hold up the others. One that lacks the
 * upstream is an error where a person has named it, and else is passed over.
 */
export async function watch(
  { selected, named }: Pick<Setting, "selected" | "named">,
  releases: readonly Release[],
  { from, json, onStderr, version }: WatchOptions & Pick<Progress, "onStderr">,
): Promise<{ plan: Plan; errors: unknown[] }> {
  const found = new Map<string, BuildOrder[]>();
  const access = upstreamAccess();
  const errors = await runTasks(
    selected.map((extension) => ({
      title: `watch ${extension.definition.name}`,
      run: async (say) => {
        const { definition } = extension;
        if (!named && from !== undefined && !upstreamsOf(definition).includes(from)) {
          say(`passed over: it has no upstream ${from}, only ${upstreamsOf(definition).join(", ")}`);
          return;
        }
        const reached = access(say);
        const upstream = openUpstream(chooseUpstream(definition, from), definition, reached);
        const options = { upstream, archive: reached.archive, releases, version };
        found.set(definition.name, await watchExtension(extension, options));
      },
    })),
    { concurrent: selected.length, json, onStderr },
  );
  return {
    plan: { builds: selected.flatMap(({ definition }) => found.get(definition.name) ?? []) },
    errors,
  };
}
