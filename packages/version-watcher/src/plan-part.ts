import { type BuildOrder, formatImageVersion, type Plan } from "@sysext-kiln/extension";

/**
 * The part of a plan that one run builds: whole versions, and at most so many images (GitHub takes 256 jobs in a matrix).
 * Parts take turns, so that one whose builds all fail does not keep the others waiting for ever.
 * @param turn any number that counts up from run to run
 */
export function partOfPlan({ builds }: Plan, limit: number, turn: number): { plan: Plan; waiting: number } {
  const parts: BuildOrder[][] = [];
  for (const version of Map.groupBy(builds, versionOf).values()) {
    const last = parts.at(-1);
    if (last && last.length + version.length <= limit) last.push(...version);
    else parts.push(version);
  }
  const part = parts[turn % parts.length] ?? [];
  return { plan: { builds: part }, waiting: builds.length - part.length };
}

function versionOf({ extension, version }: BuildOrder): string {
  return `${extension} ${formatImageVersion(version)}`;
}
