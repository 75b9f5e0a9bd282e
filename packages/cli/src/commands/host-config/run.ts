import { chmod, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { usageErrors } from "@sysext-kiln/error";
import { architectures } from "@sysext-kiln/extension";
import { updateDirectoryImages, openSource } from "@sysext-kiln/publisher";
import { z } from "zod";
import { formats } from "./index.ts";
import { commonOptions, selectionFor } from "../../selection.ts";
import { followedSeries, newestOf } from "../../images/offered.ts";
import { parseBaseUrl, trustedKeyring } from "../../images/update-source.ts";
import {
  formatButane,
  formatIgnition,
  type HostConfig,
  hostConfigFor,
  hostFiles,
} from "@sysext-kiln/host-config";
import { makeFolder } from "@sysext-kiln/machine";

const usage = usageErrors("./kiln host-config --help shows examples");

const hostConfigOptions = commonOptions.extend({
  baseUrl: z.string(),
  to: z.string().optional(),
  key: z.string().optional(),
  arch: z.enum(architectures),
  pin: z.string().optional(),
  reboot: z.boolean().default(false),
  format: z.enum(formats),
  output: z.string().optional(),
});
type Options = z.infer<typeof hostConfigOptions>;

/** Prints the configuration of a host: its first image, the transfer, the keys, and the units for updates. */
export async function hostConfig(name: string, given: unknown): Promise<void> {
  const options = parseOptions(given);
  const { selected } = await selectionFor([name], options);
  const [extension] = selected;
  if (!extension) throw new Error(`selecting ${name} gave no extension`);
  const { definition } = extension;
  const source = openSource(options.to ?? options.baseUrl);
  const keyring = await trustedKeyring(source, options.key, options.baseUrl);
  const offered = await updateDirectoryImages(source, definition, keyring);
  const series = followedSeries(definition, options.pin, offered);
  const image = newestOf(definition, series, options.arch, offered);
  const config = hostConfigFor(definition, image, { ...options, series, keyring: keyring?.bytes });
  if (options.format === "files") await writeFiles(config, options.output ?? "");
  else process.stdout.write(options.format === "butane" ? formatButane(config) : formatIgnition(config));
}

function parseOptions(given: unknown): Options {
  const parsed = hostConfigOptions.parse(given);
  if (parsed.format === "files" && parsed.output === undefined) {
    throw usage("--output, which --format files requires", "no --output");
  }
  const { pin } = parsed;
  if (pin !== undefined && !/^\d+(\.\d+)?$/.test(pin))
    throw usage("--pin to be a series such as 3.5", JSON.stringify(pin));
  return { ...parsed, baseUrl: parseBaseUrl(parsed.baseUrl) };
}

/**
 * Writes the configuration's files below a folder with their paths on the host, except those that the host
 * downloads.
 */
async function writeFiles(config: HostConfig, folder: string): Promise<void> {
  for (const { path, mode, content } of hostFiles(config).files) {
    const target = join(folder, path);
    await makeFolder(dirname(target));
    await writeFile(target, content);
    await chmod(target, mode);
    process.stdout.write(`${target}\n`);
  }
}
