import { assetPath, updateDirectoryPath } from "@sysext-kiln/extension";
import { formatBytes, makeWritableFolder, runPhase, settings } from "@sysext-kiln/machine";
import {
  configuredNextKey,
  configuredSigner,
  publishAll,
  requireSigner,
  type Published,
  type VersionImages,
} from "@sysext-kiln/publisher";
import { openReleaseStore, type Release } from "@sysext-kiln/release-store";
import { z } from "zod";
import { throwAny } from "../../output/error.ts";
import { formatDuration, formatTable, print, printNote } from "../../output/print.ts";
import { pipelineOptions, selectionToPublish, upstreamChoice } from "../../selection.ts";
import { formatPlanTable } from "../plan/run.ts";
import { openReporter } from "../../output/reporter.ts";
import { watchAll } from "@sysext-kiln/version-watcher";
import { buildAll, type TimedImage } from "../../images/build.ts";

const releaseOptions = pipelineOptions.extend({ dryRun: z.boolean().default(false) });

/** The main job: watch, build, publish, and index. */
export async function release(names: readonly string[], given: unknown): Promise<void> {
  const options = releaseOptions.parse(given);
  // First of all, so that an unusable key is an error before anything is built.
  const signer = await configuredSigner(settings());
  const selection = await selectionToPublish(names, options);
  const { baseUrl, bestBeforeDays, updateDirectory, signingKeys, adoptedDirectory } = selection.settings;
  const nextKey = await configuredNextKey(options.extensions, selection.settings);
  const store = openReleaseStore(options.to, { forPublishing: !options.dryRun, say: printNote });
  if (!options.dryRun && store.folder !== undefined) await makeWritableFolder(store.folder);
  const reporter = openReporter(options);
  const listReleases = () => runPhase(reporter, `list the releases of ${store.name}`, () => store.list());
  const watched = await watchAll(
    selection.selected,
    {
      ...upstreamChoice(selection, options.from),
      version: options.version,
      releases: await listReleases(),
      tags: store,
    },
    reporter,
  );
  for (const warning of watched.warnings) printNote(`warning: ${warning}`);
  if (options.dryRun) {
    print(options, watched.plan, () =>
      formatPlanTable(watched.plan, [...selection.invalid, ...watched.failed]),
    );
    throwAny([...selection.errors, ...watched.errors]);
    return;
  }
  await requireSigner(store, signer, selection.settings);
  const built = await buildAll(selection.all, watched.plan.builds, reporter);
  const published = await publishAll(
    store,
    selection.all.map(({ definition }) => definition),
    built.images.map(({ image }) => image),
    {
      ...{ signer, bestBeforeDays, nextKey, baseUrl: baseUrl ?? store.baseUrl },
      ...{ updateDirectory, signingKeys, adoptedDirectory, keep: selection.invalid },
    },
    reporter,
  );

  const releases = await listReleases();
  const rows = built.images.map((timed) => resultOf(timed, published, releases));
  const errors = [...selection.errors, ...watched.errors, ...built.errors, ...published.errors];
  print(options, { changed: published.changed, images: rows }, () =>
    rows.length > 0
      ? formatResults(rows, releases.some(({ latest }) => latest) ? (store.baseUrl ?? "") : undefined)
      : formatNoImages(options.to, published.changed, errors.length > 0),
  );
  throwAny(errors);
}

/** An image that was built. */
interface Result {
  image: string;
  /** In bytes. */
  size: number;
  /** In milliseconds. */
  took: number;
  /** Its path below the base URL; undefined if it is not published. */
  path: string | undefined;
  /** Why it is not published. */
  reason?: string;
}

function resultOf(
  { image: { record }, took }: TimedImage,
  { versions, waiting }: Published,
  releases: readonly Release[],
): Result {
  const { name, size } = record.image;
  const version = versions.find(({ images }) => images.some((image) => image.record.image.name === name));
  const isPublished = releases.some(({ tag, draft }) => tag === version?.tag && !draft);
  return {
    ...{ image: name, size, took },
    path: version !== undefined && isPublished ? assetPath(version.tag, name) : undefined,
    ...(!isPublished && { reason: reasonAgainst(version, waiting) }),
  };
}

/** Why a version was not published. */
function reasonAgainst(version: VersionImages | undefined, waiting: readonly string[]): string {
  if (version?.isComplete === false) return "an architecture is missing";
  return waiting.includes(version?.tag ?? "")
    ? "too few requests are accepted in this hour, run it again later"
    : "see the error";
}

/** @param baseUrl where hosts find releases, or "" if that is not known; undefined if there is no update directory */
function formatResults(results: readonly Result[], baseUrl: string | undefined): string {
  const sorted = results.toSorted((left, right) => (left.image < right.image ? -1 : 1));
  const table = formatTable(
    ["IMAGE", "SIZE", "TIME", "PATH"],
    sorted.map(({ image, size, took, path, reason }) => [
      image,
      formatBytes(size),
      formatDuration(took),
      path ?? `not published: ${reason}`,
    ]),
  );
  if (baseUrl === undefined) return `\n${table}`;
  return `\n${table}\n\nHosts update from ${baseUrl === "" ? "" : `${baseUrl}/`}${updateDirectoryPath}/`;
}

function formatNoImages(to: string, changed: boolean, failed: boolean): string {
  if (changed) return `Published the update directory of ${to} again.`;
  return failed ? "Nothing was published." : `Nothing to do: ${to} is up to date.`;
}
