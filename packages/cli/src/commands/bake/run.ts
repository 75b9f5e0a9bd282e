import { stat } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import {
  addContents,
  bakingPrograms,
  compressionOfName,
  diskFormats,
  imageContents,
  joinContents,
  openDisk,
  withoutCompression,
  writeDisk,
  type DiskFormat,
  type OpenDisk,
} from "@sysext-kiln/baker";
import { usageErrors } from "@sysext-kiln/error";
import {
  architectures,
  formatImageVersion,
  loadRepository,
  choosableUpstreams,
  extensionsToPublish,
  kilnHostName,
  type Repository,
  type RepositorySettings,
} from "@sysext-kiln/extension";
import {
  ensurePrograms,
  formatBytes,
  type Reporter,
  runPhase,
  withWorkFolder,
  makeWritableFolder,
} from "@sysext-kiln/machine";
import { openSource } from "@sysext-kiln/publisher";
import type { UpstreamChoice } from "@sysext-kiln/version-watcher";
import { z } from "zod";
import { parseImageChoices, type ImageChoice } from "../../images/choose.ts";
import { throwAny } from "../../output/error.ts";
import { formatTable, print } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";
import { commonOptions, upstreamChoice } from "../../selection.ts";
import { parseBaseUrl, parseProxy, trustedKeyring } from "../../images/update-source.ts";
import { forHosts } from "../../images/host-extensions.ts";
import { findImages, type FoundImage, type Published } from "../../images/find.ts";
import { inspectImages } from "../../images/inspect.ts";
import { updateContents } from "./update-contents.ts";

const usage = usageErrors("./kiln bake --help shows examples");

const bakeOptions = commonOptions.extend({
  output: z.string().optional(),
  format: z.enum(diskFormats).optional(),
  arch: z.enum(architectures).optional(),
  to: z.string().optional(),
  from: z.enum(choosableUpstreams).optional(),
  withUpdates: z.boolean().default(false),
  baseUrl: z.string().optional(),
  key: z.string().optional(),
  reboot: z.boolean().default(false),
  proxy: z.string().optional(),
});
type BakeOptions = z.infer<typeof bakeOptions> & UpstreamChoice;

/**
 * Adds extensions to a copy of a disk image.
 * @param words the arguments that choose images, such as `etcd=3.5.30`
 */
export async function bake(input: string, words: readonly string[], given: unknown): Promise<void> {
  const parsed = bakeOptions.parse(given);
  const repository = await loadRepository(parsed.extensions);
  const options = completeOptions(parsed, repository.settings);
  const choices = chooseImages(words, repository, options.withUpdates);
  await requireOutput(input, options.output);
  const parent = dirname(options.output ?? ".");
  await makeWritableFolder(parent);
  await withWorkFolder({ parent, prefix: ".kiln-bake-" }, async (folder) => {
    const reporter = openReporter(options);
    const disk = await runPhase(reporter, `read ${basename(input)}`, async (say) => {
      await ensurePrograms(bakingPrograms, say);
      return openDisk(input, folder, { assumed: options.arch, say });
    });
    await bakeInto(disk, input, choices, options, reporter);
  });
}

/**
 * The chosen images, by default those of what the repository publishes, and where they are to be updated, the
 * newest one of kiln-host.
 */
function chooseImages(words: readonly string[], repository: Repository, withUpdates: boolean): ImageChoice[] {
  const choices = words.length > 0 ? parseImageChoices(repository, words) : publishedChoices(repository);
  if (!withUpdates) return choices;
  const chosen = choices.map(({ extension }) => extension);
  const added = forHosts(repository.extensions, chosen).filter((extension) => !chosen.includes(extension));
  return [...choices, ...added.map((extension) => ({ extension }))];
}

/**
 * What the repository publishes, apart from kiln-host, which does nothing on a host that is not set up for
 * it.
 */
function publishedChoices(repository: Repository): ImageChoice[] {
  const { extensions, invalid } = extensionsToPublish(repository, []);
  throwAny(invalid.map(({ error }) => error));
  return extensions
    .filter(({ definition }) => definition.name !== kilnHostName)
    .map((extension) => ({ extension }));
}

async function bakeInto(
  disk: OpenDisk,
  input: string,
  choices: readonly ImageChoice[],
  options: BakeOptions,
  reporter: Reporter,
): Promise<void> {
  const { architecture } = disk;
  const { baseUrl } = options;
  const published = await publishedOf(options);
  const images = await findImages(choices, { ...options, reporter, architecture, published });
  const { epoch, unchecked } = await inspectImages(images, architecture, reporter);
  const title = images.map(({ definition, version }) => `${definition.name} ${formatImageVersion(version)}`);
  const updates =
    options.withUpdates && baseUrl !== undefined
      ? [
          await runPhase(reporter, `read the index of ${published.source.name}`, () =>
            updateContents(images, { ...options, baseUrl }, published),
          ),
        ]
      : [];
  const contents = joinContents([
    ...images.map((image) => imageContents(image.definition.name, image)),
    ...updates,
  ]);
  await runPhase(reporter, `add ${title.join(", ")}`, (say) => addContents(disk, contents, { epoch, say }));

  const format = options.format ?? formatOfName(options.output) ?? disk.format;
  const path = options.output ?? nameFor(input, format, format !== disk.format);
  await requireOutput(input, path);
  const compression = format === "gcp" ? "none" : compressionOfName(path);
  await runPhase(reporter, `write ${path}`, (say) =>
    writeDisk(disk, { path, format, compression, epoch }, say),
  );
  const { size } = await stat(path);
  report({ output: path, format, size, architecture, unchecked, images }, options);
}

interface Baked {
  output: string;
  format: DiskFormat;
  size: number;
  architecture: string;
  unchecked: readonly string[];
  images: readonly FoundImage[];
}

function report({ images, ...baked }: Baked, options: BakeOptions): void {
  const rows = images.map(({ definition, version, name, origin }) => ({
    extension: definition.name,
    version: formatImageVersion(version),
    image: name,
    origin,
  }));
  print(options, { ...baked, images: rows }, () => {
    const table = formatTable(
      ["EXTENSION", "VERSION", "IMAGE", "FROM"],
      rows.map(({ extension, version, image, origin }) => [extension, version, image, origin]),
    );
    return `\n${table}\n\n${baked.output}: ${baked.format}, ${baked.architecture}, ${formatBytes(baked.size)}`;
  });
}

/**
 * The store of published images: `--to`, otherwise `--base-url`, otherwise the directory `public`, which may
 * be empty.
 */
async function publishedOf({ to, baseUrl, key, withUpdates }: BakeOptions): Promise<Published> {
  const where = to ?? baseUrl;
  const source = openSource(where ?? "public");
  const keyring = key !== undefined || withUpdates ? await trustedKeyring(source, key, baseUrl) : undefined;
  return { source, mayBeEmpty: where === undefined, keyring };
}

const endings: Readonly<Record<DiskFormat, string>> = {
  raw: ".raw",
  qcow2: ".qcow2",
  vmdk: ".vmdk",
  vhd: ".vhd",
  vhdx: ".vhdx",
  vdi: ".vdi",
  gcp: ".tar.gz",
};

/** The format that the ending of a file's name stands for; undefined for any other ending, such as `.img`. */
function formatOfName(name = ""): DiskFormat | undefined {
  if (name.endsWith(endings.gcp)) return "gcp";
  return diskFormats.find((format) => withoutCompression(name).endsWith(endings[format]));
}

/**
 * The default output: `flatcar_production_qemu_image-baked.img` for `flatcar_production_qemu_image.img.bz2`.
 */
function nameFor(input: string, format: DiskFormat, changed: boolean): string {
  const name = withoutCompression(basename(input)).replace(/\.tar$/, "");
  const ending = extname(name);
  const stem = name.slice(0, name.length - ending.length);
  return `${stem}-baked${changed || format === "gcp" ? endings[format] : ending}`;
}

/** Checks the output before minutes of work, not after them. */
async function requireOutput(input: string, output: string | undefined): Promise<void> {
  const [from, to] = await Promise.all([
    stat(input),
    output === undefined ? undefined : stat(output).catch(() => undefined),
  ]);
  if (output?.endsWith("/") || to?.isDirectory())
    throw usage("--output to be a file", `the folder ${output}`);
  if (to === undefined || from.ino !== to.ino || from.dev !== to.dev) return;
  throw usage("--output to be a file other than the image, which is not changed", "the image itself");
}

function completeOptions(parsed: z.infer<typeof bakeOptions>, settings: RepositorySettings): BakeOptions {
  const { proxy, withUpdates, baseUrl = withUpdates ? settings.baseUrl : undefined } = parsed;
  if (withUpdates && baseUrl === undefined)
    throw usage('--base-url, or "baseUrl" in kiln.yaml, which --with-updates requires', "neither");
  const named = formatOfName(parsed.output);
  if (parsed.format !== undefined && named !== undefined && named !== parsed.format)
    throw usage(
      `--output to end in ${endings[parsed.format]}, as --format ${parsed.format} does`,
      String(parsed.output),
    );
  return {
    ...parsed,
    ...upstreamChoice({ named: true, settings }, parsed.from),
    ...(baseUrl !== undefined && { baseUrl: parseBaseUrl(baseUrl) }),
    ...(proxy !== undefined && { proxy: parseProxy(proxy) }),
  };
}
