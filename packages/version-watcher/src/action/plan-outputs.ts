import { markdownTable } from "@sysext-kiln/action";
import {
  type Architecture,
  type BuildOrder,
  type Extension,
  formatImageVersion,
  imageName,
  nothingToBuild,
  planTable,
  type Plan,
} from "@sysext-kiln/extension";

/**
 * The part of a plan that one run builds: whole versions, and at most `limit` images (GitHub allows 256 jobs
 * in a matrix). Parts take turns, so that one whose builds all fail does not delay the others indefinitely.
 * @param turn any number that increases from run to run
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

/** One job of the matrix. */
export interface MatrixEntry {
  /** The image's file name, which identifies the order in the plan. */
  image: string;
  architecture: Architecture;
}

/** The matrix of a plan: one job per image. */
export function matrixOf(extensions: readonly Extension[], { builds }: Plan): MatrixEntry[] {
  return builds.map(({ extension: name, version, architecture }) => {
    const extension = extensions.find(({ definition }) => definition.name === name);
    if (!extension) throw new Error(`the plan names ${name}, which is not an extension`);
    return { image: imageName(extension.definition, version, architecture), architecture };
  });
}

/** The job summary of a plan: its images, and how many wait for a later run. */
export function planSummary(plan: Plan, waiting: number): string {
  if (plan.builds.length === 0) return nothingToBuild;
  const { heading, rows } = planTable(plan);
  const table = markdownTable(heading, rows);
  return waiting === 0
    ? table
    : `${table}

${waiting} more images wait for the next run.`;
}
