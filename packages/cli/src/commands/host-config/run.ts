import { chmod, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { usageErrors } from "@sysext-kiln/error";
import { architectures, type RepositorySettings } from "@sysext-kiln/extension";
import { openSource, updateDirectoryIndex } from "@sysext-kiln/publisher";
import { z } from "zod";
import { throwAny } from "../../output/error.ts";
import { formats } from "./index.ts";
import { commonOptions, selectionFor } from "../../selection.ts";
import { offeredExtension, forHosts } from "../../images/host-extensions.ts";
import { parseBaseUrl, parseProxy, trustedKeyring } from "../../images/update-source.ts";
import {
  formatButane,
  formatIgnition,
  formatScript,
  type HostConfig,
  hostConfigFor,
  type HostExtension,
  hostFiles,
} from "@sysext-kiln/host-config";
import { makeFolder } from "@sysext-kiln/machine";

const usage = usageErrors("./kiln host-config --help shows examples");

const hostConfigOptions = commonOptions.extend({
  baseUrl: z.string().optional(),
  to: z.string().optional(),
  key: z.string().optional(),
  arch: z.enum(architectures),
  pin: z.array(z.string()).default([]),
  reboot: z.boolean().default(false),
  proxy: z.string().optional(),
  format: z.enum(formats),
  output: z.string().optional(),
});

/** Prints the configuration of a host: its first images, and everything that updates them. */
export async function hostConfig(names: readonly string[], given: unknown): Promise<void> {
  const parsed = hostConfigOptions.parse(given);
  const { all, selected, errors, settings } = await selectionFor(names, parsed);
  const options = completeOptions(names, parsed, settings);
  throwAny(errors);
  const source = openSource(options.to ?? options.baseUrl);
  const keyring = await trustedKeyring(source, options.key, options.baseUrl);
  const extensions: HostExtension[] = [];
  for (const extension of forHosts(all, selected)) {
    extensions.push(await offeredExtension(extension, { ...options, source, keyring }));
  }
  const index = await updateDirectoryIndex(source, keyring);
  const config = hostConfigFor(extensions, {
    ...options,
    keyring: keyring?.bytes,
    repository: index?.repository,
  });
  if (options.format === "files") await writeFiles(config, options.output ?? "");
  else process.stdout.write(formatConfig(config, options));
}

function formatConfig(config: HostConfig, options: Options): string {
  if (options.format === "script") return formatScript(config, { ...options, architecture: options.arch });
  return options.format === "butane" ? formatButane(config) : formatIgnition(config);
}

type Options = ReturnType<typeof completeOptions>;

function completeOptions(
  names: readonly string[],
  parsed: z.infer<typeof hostConfigOptions>,
  settings: RepositorySettings,
) {
  if (parsed.format === "files" && parsed.output === undefined) {
    throw usage("--output, which --format files requires", "no --output");
  }
  const { baseUrl = settings.baseUrl, proxy } = parsed;
  if (baseUrl === undefined) throw usage('--base-url, or "baseUrl" in kiln.yaml', "neither");
  return {
    ...parsed,
    baseUrl: parseBaseUrl(baseUrl),
    proxy: proxy === undefined ? undefined : parseProxy(proxy),
    pins: new Map(parsed.pin.map((pin) => parsePin(pin, names))),
  };
}

/** Parses `3.5`, which is for the only extension, or `etcd=3.5`. @returns the extension and its series */
function parsePin(text: string, names: readonly string[]): [string, string] {
  const [, name = names.length === 1 ? names[0] : undefined, series] =
    /^(?:([a-z0-9-]+)=)?(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (series === undefined)
    throw usage("--pin to be a series such as 3.5 or etcd=3.5", JSON.stringify(text.slice(0, 80)));
  if (name === undefined)
    throw usage("--pin to name its extension, as in etcd=3.5", `${text} for ${names.join(" and ")}`);
  if (!names.includes(name))
    throw usage(`--pin for ${names.join(" or ")}`, JSON.stringify(text.slice(0, 80)));
  return [name, series];
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
