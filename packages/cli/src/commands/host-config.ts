import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import {
  architectures,
  formatButane,
  formatIgnition,
  hostConfig as assemble,
  isOnLine,
  releaseTag,
  type Definition,
  type HostConfig,
} from "@sysext-kiln/extension";
import {
  directorySource,
  offeredImages,
  offeredKeyring,
  urlSource,
  type OfferedImage,
} from "@sysext-kiln/publisher";
import { assetPath } from "@sysext-kiln/release-host";
import { z } from "zod";
import { commonOptions, settingOf } from "../setting.ts";

const hostConfigOptions = commonOptions.extend({
  baseUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, "")),
  to: z.string().optional(),
  arch: z.enum(architectures),
  pin: z.string().optional(),
  reboot: z.boolean().default(false),
  format: z.enum(["butane", "ignition", "files"]),
  output: z.string().optional(),
});
type Options = z.infer<typeof hostConfigOptions>;

/** Prints what a host needs: the first image, the transfer, the keys, and the units that update. */
export async function hostConfig(name: string, given: unknown): Promise<void> {
  const options = parseOptions(given);
  const { selected } = await settingOf([name], options);
  const [extension] = selected;
  if (!extension) return;
  const { definition } = extension;
  const source = options.to === undefined ? urlSource(options.baseUrl) : directorySource(options.to);
  const offered = await offeredImages(source, definition);
  const line = lineOf(definition, options.pin, offered);
  const image = newestOf(definition, line, options, offered);
  const keyring = await offeredKeyring(source);
  const config = assemble({
    definition,
    baseUrl: options.baseUrl,
    line,
    image: {
      name: image.name,
      url: `${options.baseUrl}/${assetPath(releaseTag(definition, image.version), image.name)}`,
      sha256: image.sha256,
      architecture: image.architecture,
    },
    keyring: keyring?.toString("base64"),
    mode: options.reboot ? "reboot" : "live",
  });
  if (options.format === "files") await writeFiles(config, options.output ?? "");
  else process.stdout.write(options.format === "butane" ? formatButane(config) : formatIgnition(config));
}

function parseOptions(given: unknown): Options {
  const parsed = hostConfigOptions.safeParse(given);
  if (!parsed.success)
    throw usage("--base-url to be a URL such as https://example.org/extensions", "something else");
  if (parsed.data.format === "files" && parsed.data.output === undefined) {
    throw usage("--output beside --format files", "none");
  }
  return parsed.data;
}

/** The line that a host follows: as asked for, else the newest line that is offered; none where hosts follow everything. */
function lineOf(
  definition: Definition,
  pin: string | undefined,
  offered: readonly OfferedImage[],
): string | undefined {
  if (pin !== undefined && !/^\d+(\.\d+)?$/.test(pin))
    throw usage("--pin to be a line such as 3.5", JSON.stringify(pin));
  const { track } = definition.versions;
  if (pin !== undefined || track === "newest") return pin;
  return track.toReversed().find((line) => offered.some(({ version }) => isOnLine(version.upstream, line)));
}

function newestOf(
  { name }: Definition,
  line: string | undefined,
  { arch }: Options,
  offered: readonly OfferedImage[],
): OfferedImage {
  const image = offered.find(
    ({ architecture, version }) =>
      architecture === arch && (line === undefined || isOnLine(version.upstream, line)),
  );
  if (image) return image;
  throw new KilnError("not-published", {
    expected: `an image of ${name}${line === undefined ? "" : ` ${line}`} for ${arch} in the update directory`,
    found: offered.map((one) => one.name).join(", ") || "no image of it",
    next: `./kiln release ${name} publishes what is missing`,
  });
}

/** Writes the configuration's files below a folder, as they stand on the host; what the host fetches is left out. */
async function writeFiles({ files, units }: HostConfig, folder: string): Promise<void> {
  const unitFiles = units.flatMap(({ name, content, dropIns = [] }) => [
    ...(content === undefined ? [] : [{ path: `/etc/systemd/system/${name}`, mode: 0o644, content }]),
    ...dropIns.map((dropIn) => ({
      path: `/etc/systemd/system/${name}.d/${dropIn.name}`,
      mode: 0o644,
      content: dropIn.content,
    })),
  ]);
  for (const { path, mode, content } of [...files, ...unitFiles]) {
    const bytes = typeof content === "string" ? content : dataOf(content.url);
    if (bytes === undefined) continue;
    const target = join(folder, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
    await chmod(target, mode);
    process.stdout.write(`${target}\n`);
  }
}

/** The bytes of a `data:` URL; undefined for what stands elsewhere. */
function dataOf(url: string): Buffer | undefined {
  const [, base64] = /^data:[^,]*;base64,(.*)$/.exec(url) ?? [];
  return base64 === undefined ? undefined : Buffer.from(base64, "base64");
}

function usage(expected: string, found: string): KilnError {
  return new KilnError("usage", { expected, found, next: "./kiln host-config --help shows examples" });
}
