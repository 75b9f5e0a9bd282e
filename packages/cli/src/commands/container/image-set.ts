import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { readBuildRecord } from "@sysext-kiln/builder";
import type { UnverifiedSource } from "@sysext-kiln/container";
import { describeSystemError, KilnError } from "@sysext-kiln/error";
import {
  architectures,
  buildRecordName,
  compareImageVersions,
  formatImageVersion,
  isFromFolder,
  parseImageName,
  type Architecture,
  type Extension,
  type ImageVersion,
} from "@sysext-kiln/extension";
import { digestOf, type Reporter } from "@sysext-kiln/machine";
import { watchAll, type UpstreamChoice } from "@sysext-kiln/version-watcher";
import { throwAny } from "../../output/error.ts";
import { buildAll } from "../../images/build.ts";

/** An extension's images of one version, one per architecture. */
export interface ImageSet {
  version: ImageVersion;
  images: Readonly<Record<Architecture, string>>;
  /** Where one of them comes from, if no upstream vouches for it. */
  unverified?: UnverifiedSource | undefined;
}

export interface BuildSetOptions extends UpstreamChoice {
  cache: boolean;
}

/** Builds the images of a version, by default of the newest. */
export async function buildImageSet(
  extension: Extension,
  version: string | undefined,
  { from, otherwise, cache }: BuildSetOptions,
  reporter: Reporter,
): Promise<ImageSet> {
  const { plan, errors } = await watchAll([extension], { from, otherwise, releases: [], version }, reporter);
  throwAny(errors);
  const newest = plan.builds.at(-1)?.version;
  const orders = plan.builds.filter(
    (order) => newest !== undefined && compareImageVersions(order.version, newest) === 0,
  );
  const built = await buildAll([extension], orders, reporter, { uncached: !cache });
  throwAny(built.errors);
  const paths = built.images.map(({ image: { path, record } }) => ({
    path,
    architecture: record.architecture,
  }));
  return completeSet(paths, newest, "what was built");
}

/**
 * Finds the images in a folder. An image without its build record counts as one that no upstream vouches for.
 * @param wanted the version; needed if the folder has several
 */
export async function findImageSet(
  { definition }: Extension,
  folder: string,
  wanted: string | undefined,
): Promise<ImageSet> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new KilnError("file-inaccessible", {
      expected: `the directory ${folder} with keepalived's images`,
      found: describeSystemError(cause) ?? String(cause),
      next: "use a directory that `kiln build` or `kiln release` has written to",
      cause,
    });
  });
  const paths = names.flatMap((name) => {
    const parsed = parseImageName(definition, name);
    const isWanted = wanted === undefined || parsed?.version.upstream === wanted.replace(/^v/, "");
    return parsed && isWanted ? [{ ...parsed, path: join(folder, name) }] : [];
  });
  const versions = new Set(paths.map(({ version }) => formatImageVersion(version)));
  if (versions.size > 1) {
    throw new KilnError("usage", {
      expected: `${folder} to have the images of only one version`,
      found: [...versions].join(", "),
      next: "add the version to the command",
    });
  }
  const set = completeSet(paths, paths[0]?.version, folder);
  const sources = await Promise.all(
    architectures.map(async (architecture) => {
      const record = buildRecordName(definition, set.version, architecture);
      if (!names.includes(record)) return "unknown";
      return await unverifiedSource(set.images[architecture], join(folder, record));
    }),
  );
  return { ...set, unverified: sources.find((source) => source !== undefined) };
}

/** Where an image comes from, unless its record shows that it was built from an upstream. */
async function unverifiedSource(image: string, recordPath: string): Promise<UnverifiedSource | undefined> {
  const record = await readBuildRecord(recordPath, "build the image again");
  if (isFromFolder(record)) return "folder";
  return record.image.sha256 === (await digestOf(image)) ? undefined : "unknown";
}

function completeSet(
  paths: readonly { path: string; architecture: Architecture }[],
  version: ImageVersion | undefined,
  where: string,
): Omit<ImageSet, "unverified"> {
  const pathOf = (architecture: Architecture) => {
    const path = paths.find((one) => one.architecture === architecture)?.path;
    if (path !== undefined) return path;
    throw new KilnError("not-published", {
      expected: `images of keepalived for ${architectures.join(" and ")} in ${where}`,
      found: paths.length === 0 ? "none" : paths.map((one) => one.architecture).join(", "),
      next: "build the missing one with ./kiln build keepalived",
    });
  };
  const images = { "x86-64": pathOf("x86-64"), arm64: pathOf("arm64") };
  if (version === undefined) throw new Error("images without a version");
  return { version, images };
}
