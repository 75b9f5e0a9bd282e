import { basename } from "node:path";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import {
  type Architecture,
  assetPath,
  compareImageVersions,
  type Definition,
  formatImageVersion,
  isInSeries,
  type ImageVersion,
  parseImageName,
  releaseTag,
} from "@sysext-kiln/extension";
import {
  cachedDownload,
  digestOf,
  formatBytes,
  runPhase,
  type Reporter,
  type Say,
} from "@sysext-kiln/machine";
import {
  updateDirectoryImages,
  releaseImages,
  type Keyring,
  type PublishedImage,
  type Source,
} from "@sysext-kiln/publisher";
import { watchAll, type UpstreamChoice } from "@sysext-kiln/version-watcher";
import type { ImageChoice } from "./choose.ts";
import { throwAny } from "../output/error.ts";
import { buildAll } from "./build.ts";
import { followedSeries, newestOf } from "./offered.ts";
import type { HostImage } from "@sysext-kiln/host-config";

/** An image on this machine. */
export interface FoundImage extends HostImage {
  definition: Definition;
  path: string;
  /** Where it comes from, for messages. */
  origin: string;
}

/** Where published images are read from. */
export interface Published {
  source: Source;
  /** Whether images that are not published are built. */
  mayBeEmpty: boolean;
  /** The keys that must have signed its manifests; if undefined, signatures are not verified. */
  keyring: Keyring | undefined;
}

export interface FindOptions extends UpstreamChoice {
  reporter: Reporter;
  architecture: Architecture;
  /** Undefined to build everything from the definitions. */
  published: Published | undefined;
}

/** Finds the image of each choice: the given file, a published image, or one that is built now. */
export async function findImages(
  choices: readonly ImageChoice[],
  options: FindOptions,
): Promise<FoundImage[]> {
  const images: FoundImage[] = [];
  for (const choice of choices) {
    const image = (await fileImage(choice)) ?? (await publishedImage(choice, options));
    images.push(image ?? (await builtImage(choice, options)));
  }
  return images;
}

async function fileImage({ extension: { definition }, file }: ImageChoice): Promise<FoundImage | undefined> {
  if (file === undefined) return undefined;
  const name = basename(file);
  const parsed = parseImageName(definition, name);
  if (!parsed) throw new Error(`${name} is not the name of an image of ${definition.name}`);
  return { definition, name, ...parsed, path: file, sha256: await digestOf(file), origin: file };
}

async function publishedImage(
  { extension: { definition }, version }: ImageChoice,
  { published, architecture, reporter }: FindOptions,
): Promise<FoundImage | undefined> {
  if (published === undefined) return undefined;
  const { source } = published;
  const wanted =
    version === undefined ? definition.name : `${definition.name} ${formatImageVersion(version)}`;
  return await runPhase(reporter, `get ${wanted} from ${source.name}`, async (say) => {
    try {
      say("reading what is published");
      const image = await offeredImage(definition, version, published, architecture);
      const origin = `${source.name}/${assetPath(releaseTag(definition, image.version), image.name)}`;
      const path = await localCopy(source, origin, image, say);
      return { ...image, definition, path, origin };
    } catch (error) {
      if (!published.mayBeEmpty || !isKilnError(error, "not-published")) throw error;
      say("not published, so it is built");
      return undefined;
    }
  });
}

async function localCopy(
  source: Source,
  origin: string,
  { name, sha256 }: PublishedImage,
  say: Say,
): Promise<string> {
  if (!source.isLocal) {
    const onProgress = (received: number) => say(`downloading ${name}, ${formatBytes(received)}`);
    return await cachedDownload({ url: origin, sha256 }, { onProgress });
  }
  say(`reading ${name}`);
  await requireDigest(origin, sha256);
  return origin;
}

async function offeredImage(
  definition: Definition,
  version: ImageVersion | undefined,
  { source, keyring }: Published,
  architecture: Architecture,
): Promise<PublishedImage> {
  const offered =
    version === undefined
      ? await updateDirectoryImages(source, definition, keyring)
      : await releaseImages(source, definition, version, keyring);
  const series = version === undefined ? followedSeries(definition, undefined, offered) : undefined;
  return newestOf(definition, series, architecture, offered);
}

async function requireDigest(file: string, sha256: string): Promise<void> {
  const found = await digestOf(file);
  if (found === sha256) return;
  throw new KilnError("digest-mismatch", {
    expected: `${file} to have the SHA-256 of its manifest: ${sha256}`,
    found,
    next: "do not use this file; ./kiln verify checks the other files",
  });
}

async function builtImage(
  { extension, version, series }: ImageChoice,
  { architecture, from, otherwise, reporter }: FindOptions,
): Promise<FoundImage> {
  const { definition } = extension;
  const watched = await watchAll(
    [extension],
    { from, otherwise, releases: [], version: version?.upstream },
    reporter,
  );
  throwAny(watched.errors);
  const order = watched.plan.builds
    .filter((build) => build.architecture === architecture)
    .filter((build) => series === undefined || isInSeries(build.version.upstream, series))
    .toSorted((left, right) => compareImageVersions(right.version, left.version))[0];
  const wanted = version === undefined ? series : formatImageVersion(version);
  if (!order || (version !== undefined && compareImageVersions(order.version, version) !== 0)) {
    throw new KilnError("unknown-version", {
      expected: `${definition.name}${wanted === undefined ? "" : ` ${wanted}`} for ${architecture} to be published, or to be a version that can be built`,
      found: order
        ? `only ${formatImageVersion(order.version)} can be built`
        : `no build for ${architecture}`,
      next:
        series === undefined
          ? "./kiln list shows the versions; --to names the store to take published ones from"
          : `--upstream names where versions come from; ${definition.name} has ${Object.keys(definition.upstreams).join(", ")}`,
    });
  }
  const { images, errors } = await buildAll([extension], [order], reporter);
  throwAny(errors);
  const [built] = images;
  if (!built) throw new Error(`building ${definition.name} gave no image`);
  const { path, record } = built.image;
  return {
    definition,
    ...record,
    name: record.image.name,
    sha256: record.image.sha256,
    path,
    origin: "built now",
  };
}
