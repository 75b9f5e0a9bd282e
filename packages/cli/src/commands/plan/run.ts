import { nothingToBuild, planTable, type Plan } from "@sysext-kiln/extension";
import { runPhase } from "@sysext-kiln/machine";
import { openReleaseStore } from "@sysext-kiln/release-store";
import { throwAny } from "../../output/error.ts";
import { formatTable, print, printNote } from "../../output/print.ts";
import { pipelineOptions, selectionToPublish, upstreamChoice } from "../../selection.ts";
import { openReporter } from "../../output/reporter.ts";
import { watchAll } from "@sysext-kiln/version-watcher";

/** Prints the builds that are missing from a release store. */
export async function plan(names: readonly string[], given: unknown): Promise<void> {
  const options = pipelineOptions.parse(given);
  const selection = await selectionToPublish(names, options);
  const store = openReleaseStore(options.to, { say: printNote });
  const reporter = openReporter(options);
  const {
    plan: missing,
    failed,
    warnings,
    errors,
  } = await watchAll(
    selection.selected,
    {
      ...upstreamChoice(selection, options.from),
      version: options.version,
      releases: await runPhase(reporter, `list the releases of ${store.name}`, () => store.list()),
      tags: store,
    },
    reporter,
  );
  print(options, missing, () => formatPlanTable(missing, [...selection.invalid, ...failed]));
  for (const warning of warnings) printNote(`warning: ${warning}`);
  throwAny([...selection.errors, ...errors]);
}

/** @param failed the extensions that could not be checked */
export function formatPlanTable(missing: Plan, failed: readonly string[]): string {
  if (missing.builds.length === 0) return nothingToBuild(failed);
  const { heading, rows } = planTable(missing);
  return formatTable(
    heading.map((name) => name.toUpperCase()),
    rows,
  );
}
