import { lstat, readdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  checkImage,
  formatBuildRecord,
  parseBuildRecord,
  type BuildRecord,
  type Image,
} from "@sysext-kiln/builder";
import { KilnError } from "@sysext-kiln/error";
import {
  buildRecordName,
  imageName,
  type BuildOrder,
  type Definition,
  type Extension,
  type Input,
  type Plan,
} from "@sysext-kiln/extension";
import { digestOf, openRegularFile } from "@sysext-kiln/machine";

/** What build jobs delivered. */
export interface Delivery {
  /** The images that were accepted. */
  images: Image[];
  /** The names of delivered images that the plan does not have. */
  unplanned: string[];
  /** One for each image that was delivered and not accepted. */
  errors: unknown[];
}

/** GitHub's limit for an asset, in bytes. */
const largestImage = 2 * 1024 ** 3 - 1;
const largestRecord = 1024 ** 2;

/**
 * Accepts the images that build jobs left below a folder. A build job runs what upstream wrote, so nothing it delivers is
 * trusted: the plan says which images there are, what they are called and what went into them; a record must agree with it
 * in every field; and an image must have the digest in its record and be an image for its extension and architecture. Only
 * the tools and packages of the build are taken from the record, which is then written again. Images that the plan does
 * not have are left alone: when failed jobs are run again, GitHub also delivers what the previous attempt built, and that
 * may have been published since.
 */
export async function acceptImages(
  folder: string,
  extensions: readonly Extension[],
  { builds }: Plan,
): Promise<Delivery> {
  const paths = (await readdir(folder, { recursive: true }).catch(() => [])).map((path) =>
    join(folder, path),
  );
  const expected = builds.map((order) => {
    const definition = extensions.find((one) => one.definition.name === order.extension)?.definition;
    if (!definition) throw new Error(`the plan names ${order.extension}, which is not an extension`);
    return { definition, order, recordName: buildRecordName(definition, order.version, order.architecture) };
  });
  const records = paths.filter((path) => path.endsWith(".build.json"));
  const delivered = expected.flatMap(({ recordName, ...one }) => {
    const found = records.filter((path) => basename(path) === recordName);
    return found.length === 0 ? [] : [{ ...one, found }];
  });
  const accepted = await Promise.allSettled(
    delivered.map(({ definition, order, found }) => acceptImage(definition, order, found)),
  );
  const known = new Set(expected.map(({ recordName }) => recordName));
  return {
    images: accepted.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    unplanned: records
      .map((path) => basename(path))
      .filter((name) => !known.has(name))
      .map((name) => name.replace(/\.build\.json$/, ".raw")),
    errors: accepted.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}

async function acceptImage(
  definition: Definition,
  order: BuildOrder,
  [recordPath = "", ...others]: readonly string[],
): Promise<Image> {
  const name = imageName(definition, order.version, order.architecture);
  if (others.length > 0) throw refused(`one record of ${name}`, `${others.length + 1} records`);
  const given = parseBuildRecord(await readRecord(recordPath), recordPath, rebuild);
  requireSame(order, given, name);
  const path = join(dirname(recordPath), name);
  const { size, sha256 } = await measure(path);
  if (sha256 !== given.image.sha256 || size !== given.image.size)
    throw refused(
      `${name} to have ${given.image.size} bytes and the SHA-256 ${given.image.sha256}, as its record says`,
      `${size} bytes, ${sha256}`,
    );
  const epoch = await checkImage(path, definition.name, order.architecture);
  const { tools, packages } = given;
  const record: BuildRecord = { ...order, image: { name, size, sha256, epoch }, tools, packages };
  await writeFile(recordPath, formatBuildRecord(record));
  return { path, recordPath, record };
}

async function readRecord(path: string): Promise<string> {
  await using file = await openRegularFile(path);
  const { size } = await file.stat();
  if (size > largestRecord)
    throw refused(`${basename(path)} to have at most ${largestRecord} bytes`, `${size} bytes`);
  return file.readFile("utf8");
}

async function measure(path: string): Promise<{ size: number; sha256: string }> {
  const stats = await lstat(path).catch(() => undefined);
  const name = basename(path);
  if (!stats?.isFile())
    throw refused(
      `${name} beside its record`,
      stats ? "something other than a regular file" : "no such file",
    );
  if (stats.size > largestImage)
    throw refused(`${name} to have at most ${largestImage} bytes`, `${stats.size} bytes`);
  return { size: stats.size, sha256: await digestOf(path) };
}

/**
 * Compares a record with what was planned, field by field. The URLs of inputs play no part: an image that was built earlier
 * may have fetched the same bytes from another mirror.
 */
function requireSame(order: BuildOrder, record: BuildRecord, name: string): void {
  const fields = ["extension", "version", "architecture", "upstream", "recipe"] as const;
  for (const field of fields) compare(field, order[field], record[field], name);
  for (const field of ["inputs", "hostLibraries"] as const)
    compare(field, order[field].map(withoutUrl), record[field].map(withoutUrl), name);
  compare("image.name", name, record.image.name, name);
}

function compare(field: string, planned: unknown, found: unknown, name: string): void {
  if (isDeepStrictEqual(planned, found)) return;
  throw refused(
    `"${field}" in the record of ${name} to be what was planned, ${brief(planned)}`,
    brief(found),
  );
}

function withoutUrl(input: Input): Input {
  return { ...input, url: "" };
}

function brief(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}...` : text;
}

const rebuild = "run the failed jobs again; the image has not been published";

function refused(expected: string, found: string): KilnError {
  return new KilnError("document-invalid", { expected, found, next: rebuild });
}
