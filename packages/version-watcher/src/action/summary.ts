import { markdownTable } from "@sysext-kiln/action";
import { formatImageVersion, type Plan } from "@sysext-kiln/extension";

/** What a person wants to know of a plan: which images, and how many are left for later. */
export function planSummary({ builds }: Plan, waiting: number): string {
  if (builds.length === 0) return "Nothing to build: what is wanted is published.";
  const table = markdownTable(
    ["extension", "version", "architecture", "upstream"],
    builds.map(({ extension, version, architecture, upstream }) => [
      extension,
      formatImageVersion(version),
      architecture,
      upstream,
    ]),
  );
  return waiting === 0 ? table : `${table}\n\n${waiting} more images wait for the next run.`;
}
