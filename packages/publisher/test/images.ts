import { hash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatBuildRecord, type BuildRecord, type Image } from "@sysext-kiln/builder";
import {
  buildRecordName,
  definitionSchema,
  imageName,
  parseImageVersion,
  type Architecture,
  type Definition,
} from "@sysext-kiln/extension";
import { helloData } from "@sysext-kiln/testbed";

/** The definition of hello under another name. @param more additional fields, or replacements of its own */
export function definitionOf(name: string, versions: object = {}, more: object = {}): Definition {
  return definitionSchema.parse({
    ...helloData(),
    name,
    asset: `${name}-{version}-{arch}.raw`,
    versions,
    ...more,
  });
}

/** For tests of failures: it has only one architecture, because they publish it many times. */
export const hello = definitionOf("hello", {}, { architectures: ["x86-64"] });

/** Fake images of one version, for every architecture. */
export function imagesOf(definition: Definition, version: string, folder: string): Promise<Image[]> {
  return Promise.all(
    definition.architectures.map((architecture) => imageOf(definition, version, architecture, folder)),
  );
}

async function imageOf(
  definition: Definition,
  versionText: string,
  architecture: Architecture,
  folder: string,
): Promise<Image> {
  const version = parseImageVersion(versionText);
  if (!version) throw new Error(`${versionText} is not a version`);
  await mkdir(folder, { recursive: true });
  const name = imageName(definition, version, architecture);
  const bytes = `hsqs, as if it were ${name}`;
  const sha256 = hash("sha256", bytes);
  const record: BuildRecord = {
    extension: definition.name,
    version,
    architecture,
    upstream: "debian",
    inputs: [],
    recipe: sha256,
    hostLibraries: [],
    image: { name, size: bytes.length, sha256, epoch: 0 },
    tools: {},
    packages: [],
  };
  const path = join(folder, name);
  const recordPath = join(folder, buildRecordName(definition, version, architecture));
  await writeFile(path, bytes);
  await writeFile(recordPath, formatBuildRecord(record));
  return { path, recordPath, record };
}
