import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildContainer, openRegistry, pushContainer, requireOwnFolder } from "@sysext-kiln/container";
import { KilnError } from "@sysext-kiln/error";
import {
  architectures,
  formatImageVersion,
  parseImageName,
  type Architecture,
  type Extension,
  type ImageVersion,
} from "@sysext-kiln/extension";
import { z } from "zod";
import { formatBytes } from "@sysext-kiln/machine";
import { throwAny } from "../output/error.ts";
import { print } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { runTasks } from "../output/tasks.ts";
import { settingOf, watchOptions } from "../setting.ts";
import { buildAll } from "../steps/build.ts";
import { watch } from "../steps/watch.ts";

const recipe = fileURLToPath(new URL("../../../../deploy/container", import.meta.url));

const buildOptions = watchOptions.extend({
  images: z.string().optional(),
  output: z.string(),
  source: z.string().optional(),
  revision: z.string().optional(),
  cache: z.boolean().default(true),
});
type BuildOptions = z.infer<typeof buildOptions>;

const pushOptions = z.object({ json: z.boolean().default(false) });

/** The extension's images, one for each architecture, of one version. */
interface ImageSet {
  version: ImageVersion;
  images: Record<Architecture, string>;
}

/** Builds the container from keepalived's images. */
export async function buildContainerImage(version: string | undefined, given: unknown): Promise<void> {
  const options = buildOptions.parse(given);
  const output = resolve(options.output);
  // Not only when minutes of work are done.
  await requireOwnFolder(output);
  const { selected } = await settingOf(["keepalived"], { ...options, version });
  const [extension] = selected;
  if (!extension) throw new Error("there is no extension keepalived");
  const set =
    options.images === undefined
      ? await buildImages(extension, version, options)
      : await findImages(extension, options.images, version);
  const { source, revision } = options;
  const { license } = extension.definition;
  const results: Awaited<ReturnType<typeof buildContainer>>[] = [];
  const errors = await runTasks(
    [
      {
        title: `build the container of keepalived ${formatImageVersion(set.version)}`,
        run: async (say) => {
          const container = {
            ...set,
            recipe,
            license,
            origin: { source, revision },
            say,
            uncached: !options.cache,
          };
          results.push(await buildContainer(container, output));
        },
      },
    ],
    { concurrent: 1, json: options.json },
  );
  throwAny(errors);
  print(options, results[0], () => {
    const rows = results.flatMap(({ sizes, digest, tag }) =>
      Object.entries(sizes).map(([architecture, size]) => [tag, architecture, formatBytes(size), digest]),
    );
    return `\n${formatTable(["TAG", "ARCHITECTURE", "SIZE", "DIGEST"], rows)}`;
  });
}

/** Pushes an image layout to a registry. */
export async function pushContainerImage(layout: string, repository: string, given: unknown): Promise<void> {
  const options = pushOptions.parse(given);
  const results: Awaited<ReturnType<typeof pushContainer>>[] = [];
  const errors = await runTasks(
    [
      {
        title: `push ${layout} to ${repository}`,
        run: async (say) => {
          const registry = await openRegistry(repository, say);
          results.push(await pushContainer(resolve(layout), registry, say));
        },
      },
    ],
    { concurrent: 1, json: options.json },
  );
  throwAny(errors);
  print(options, results[0], () => {
    const rows = results.flatMap(({ tag, moved, digest }) =>
      [tag, ...moved].map((name) => [`${repository}:${name}`, digest]),
    );
    return `\n${formatTable(["IMAGE", "DIGEST"], rows)}`;
  });
}

async function buildImages(
  extension: Extension,
  version: string | undefined,
  options: BuildOptions,
): Promise<ImageSet> {
  const { plan, errors } = await watch({ selected: [extension], named: true }, [], { ...options, version });
  throwAny(errors);
  const newest = plan.builds.at(-1)?.version;
  const orders = plan.builds.filter((order) => newest !== undefined && isSame(order.version, newest));
  const built = await buildAll([extension], orders, { ...options, uncached: !options.cache });
  throwAny(built.errors);
  const paths = built.images.map(({ image: { path, record } }) => ({
    path,
    version: record.version,
    architecture: record.architecture,
  }));
  return completeSet(paths, newest, "what was built");
}

async function findImages(
  { definition }: Extension,
  folder: string,
  wanted: string | undefined,
): Promise<ImageSet> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new KilnError("file-inaccessible", {
      expected: `the directory ${folder} with keepalived's images`,
      found: String(cause),
      next: "name the directory that `kiln build` or `kiln release` filled",
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
      expected: `the images of one version in ${folder}`,
      found: [...versions].join(", "),
      next: "name the version",
    });
  }
  return completeSet(paths, paths[0]?.version, folder);
}

function completeSet(
  paths: readonly { path: string; architecture: Architecture }[],
  version: ImageVersion | undefined,
  where: string,
): ImageSet {
  const pathOf = (architecture: Architecture) => {
    const path = paths.find((one) => one.architecture === architecture)?.path;
    if (path !== undefined) return path;
    throw new KilnError("not-published", {
      expected: `an image of keepalived for each of ${architectures.join(", ")} in ${where}`,
      found: paths.length === 0 ? "none" : paths.map((one) => one.architecture).join(", "),
      next: "build the missing one with ./kiln build keepalived",
    });
  };
  const images = { "x86-64": pathOf("x86-64"), arm64: pathOf("arm64") };
  if (version === undefined) throw new Error("images without a version");
  return { version, images };
}

function isSame(left: ImageVersion, right: ImageVersion): boolean {
  return formatImageVersion(left) === formatImageVersion(right);
}
