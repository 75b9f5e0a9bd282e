import { markdownTable } from "@sysext-kiln/action";
import {
  type Architecture,
  type BuildOrder,
  compareImageVersions,
  type Extension,
  formatImageVersion,
  imageName,
  nothingToBuild,
  parseReleaseTag,
  parseUpstreamVersion,
  planTable,
  type Plan,
} from "@sysext-kiln/extension";
import type { Release } from "@sysext-kiln/release-store";

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

/** The tag under which the newest revision of a requested version is published; undefined if none is. */
export function publishedTag(
  extensions: readonly Extension[],
  requested: string,
  releases: readonly Release[],
): string | undefined {
  const upstream = parseUpstreamVersion(requested);
  const published = extensions.flatMap(({ definition }) =>
    releases.flatMap(({ tag, draft }) => {
      const version = draft ? undefined : parseReleaseTag(definition, tag);
      return version?.upstream === upstream && version !== undefined ? [{ tag, version }] : [];
    }),
  );
  return published.toSorted((left, right) => compareImageVersions(left.version, right.version)).at(-1)?.tag;
}

/** A job that builds an image. */
export interface BuildJob {
  /** The image's file name, which identifies the order in the plan. */
  image: string;
  architecture: Architecture;
  /** The runner for it; empty for the workflow's own. */
  runner: string;
}

/** The jobs of an extension. */
export interface ExtensionJobs {
  extension: string;
  images: BuildJob[];
  /** Whether the extension is published as soon as its images are built, and not only at the end of the run. */
  early: boolean;
}

/** Early publishes wait for each other in one concurrency group, and GitHub cancels what exceeds 100 waiting jobs. */
const mostEarly = 50;

/**
 * The matrix of a plan: one entry for each extension, with a job for each image.
 * @param arm64Runner the runner on which images for arm64 are built; by default the one for all others
 */
export function matrixOf(
  extensions: readonly Extension[],
  { builds }: Plan,
  arm64Runner = "",
): ExtensionJobs[] {
  const entries = [...Map.groupBy(builds, ({ extension }) => extension)];
  return entries.map(([name, orders], index) => {
    const extension = extensions.find(({ definition }) => definition.name === name);
    if (!extension) throw new Error(`the plan names ${name}, which is not an extension`);
    const images = orders.map(({ version, architecture }) => ({
      image: imageName(extension.definition, version, architecture),
      architecture,
      runner: architecture === "arm64" ? arm64Runner : "",
    }));
    // A single extension has nothing to wait for.
    return { extension: name, images, early: entries.length > 1 && index < mostEarly };
  });
}

export interface PlanOutcome {
  /** How many images wait for a later run. */
  waiting: number;
  /** The extensions that could not be checked. */
  failed: readonly string[];
  /** The URL of the release of the requested version, if there is one. */
  published: string | undefined;
  /** What a person should know although nothing has failed. */
  warnings: readonly string[];
}

/** The job summary of a plan: its images, and what else is to be said about it. */
export function planSummary(plan: Plan, { waiting, failed, published, warnings }: PlanOutcome): string {
  const { heading, rows } = planTable(plan);
  const nothing =
    published === undefined ? nothingToBuild(failed) : `Nothing to build: already published as ${published}`;
  return [
    plan.builds.length === 0 ? nothing : markdownTable(heading, rows),
    ...(waiting > 0 ? [`${waiting} more images wait for the next run.`] : []),
    ...warnings,
  ].join("\n\n");
}
