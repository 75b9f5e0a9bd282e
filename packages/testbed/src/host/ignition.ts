import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { appendFile, mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import { run } from "@sysext-kiln/machine";
import { z } from "zod";
import { putFile } from "../files.ts";

const file = z.strictObject({
  path: z.string().startsWith("/"),
  overwrite: z.boolean().default(false),
  mode: z.int().default(0o644),
  contents: z.strictObject({
    source: z.string(),
    compression: z.literal("gzip").optional(),
    verification: z.strictObject({ hash: z.string().startsWith("sha256-") }).optional(),
  }),
});

const link = z.strictObject({
  path: z.string(),
  overwrite: z.boolean().default(false),
  target: z.string(),
});

const unit = z.strictObject({
  name: z.string(),
  enabled: z.boolean().optional(),
  contents: z.string().optional(),
  dropins: z.array(z.strictObject({ name: z.string(), contents: z.string() })).default([]),
});

/** The parts of Ignition's specification 3.3.0 that tests use; anything else is an error. */
const configuration = z.strictObject({
  ignition: z.strictObject({ version: z.literal("3.3.0") }),
  storage: z
    .strictObject({
      files: z.array(file).default([]),
      links: z.array(link).default([]),
    })
    .prefault({}),
  systemd: z.strictObject({ units: z.array(unit).default([]) }).prefault({}),
});

type Contents = z.infer<typeof file>["contents"];
type Unit = z.infer<typeof unit>;
type Configuration = z.infer<typeof configuration>;

/**
 * Applies a configuration to a root file system as Ignition does at first boot: files from their
 * sources (with their digests checked), links, units. It enables units with a preset, as the first boot does,
 * so a unit of an extension, which is merged later, is not enabled.
 * @param texts configurations that are merged: of two entries with the same path or name, the later one wins
 */
export async function applyIgnition(root: string, ...texts: readonly string[]): Promise<void> {
  const { storage, systemd } = merge(texts.map(parseConfiguration));
  for (const { path, overwrite, mode, contents } of storage.files) {
    const flag = overwrite ? "w" : "wx";
    await putFile(join(root, path), await fetchContents(contents), { mode, flag });
  }
  for (const { path, overwrite, target } of storage.links) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    if (overwrite) await rm(join(root, path), { force: true });
    await symlink(target, join(root, path));
  }
  for (const one of systemd.units) await applyUnit(root, one);
}

function parseConfiguration(text: string): Configuration {
  const json: unknown = JSON.parse(text);
  return configuration.parse(json);
}

function merge(configurations: readonly Configuration[]): Pick<Configuration, "storage" | "systemd"> {
  const all = configurations.map(({ storage }) => storage);
  return {
    storage: {
      files: lastOf(
        all.flatMap(({ files }) => files),
        byPath,
      ),
      links: lastOf(
        all.flatMap(({ links }) => links),
        byPath,
      ),
    },
    systemd: {
      units: lastOf(
        configurations.flatMap(({ systemd }) => systemd.units),
        ({ name }) => name,
      ),
    },
  };
}

function byPath({ path }: { path: string }): string {
  return path;
}

function lastOf<T>(entries: readonly T[], keyOf: (entry: T) => string): T[] {
  return [...new Map(entries.map((entry) => [keyOf(entry), entry])).values()];
}

async function fetchContents({ source, compression, verification }: Contents): Promise<Buffer> {
  const response = await fetch(source);
  if (!response.ok) throw new Error(`${source} answers with status ${response.status}`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const digest = `sha256-${hash("sha256", bytes)}`;
  if (verification && verification.hash !== digest)
    throw new Error(`${source} is ${digest}, not ${verification.hash}`);
  return compression === "gzip" ? gunzipSync(bytes) : bytes;
}

async function applyUnit(root: string, { name, enabled, contents, dropins }: Unit): Promise<void> {
  const folder = "etc/systemd/system";
  const path = join(root, folder, name);
  if (contents !== undefined) await putFile(path, contents);
  for (const dropin of dropins) await putFile(join(`${path}.d`, dropin.name), dropin.contents);
  if (enabled === undefined) return;
  const presets = join(root, "etc/systemd/system-preset/20-ignition.preset");
  await mkdir(dirname(presets), { recursive: true });
  await appendFile(presets, `${enabled ? "enable" : "disable"} ${name}\n`);
  const exists = [folder, "usr/lib/systemd/system"].some((parent) => existsSync(join(root, parent, name)));
  if (exists) await run("systemctl", [`--root=${root}`, "preset", name]);
}
