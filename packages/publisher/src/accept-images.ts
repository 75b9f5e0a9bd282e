import { lstat, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import {
  checkImage,
  formatBuildRecord,
  parseBuildRecord,
  type BuildRecord,
  type Image,
} from "@sysext-kiln/builder";
import { describeSystemError, KilnError, systemCode } from "@sysext-kiln/error";
import {
  buildRecordName,
  imageName,
  type BuildOrder,
  type Definition,
  type Extension,
  type Input,
  type Plan,
} from "@sysext-kiln/extension";
import { digestOf, makeFolder, readRegularFile } from "@sysext-kiln/machine";

/** What build jobs delivered. */
export interface Delivery {
  /** The images that were accepted. */
  images: readonly Image[];
  /** The names of delivered images that are not in the plan. */
  unplanned: readonly string[];
  /** One for each image that was refused, and for each folder that could not be read. */
  errors: readonly unknown[];
}

/** GitHub's limit for an asset, in bytes. */
const maxImageBytes = 2 * 1024 ** 3 - 1;
const maxRecordBytes = 1024 ** 2;

/**
 * Accepts the images that build jobs left below a folder. A build job runs upstream's code, so nothing that
 * it delivers is trusted. The plan determines which images there are, what they are called and what went into
 * them. A record must match the plan in every field, and an image must have the digest in its record and be
 * an image for its extension and architecture. Only the tools and packages of the build are taken from the
 * record, which is then rewritten.
 *
 * Images that are not in the plan are ignored: when failed jobs are run again, GitHub also delivers what the
 * previous attempt built, which may have been published since.
 */
export async function acceptImages(
  folder: string,
  extensions: readonly Extension[],
  { builds }: Plan,
): Promise<Delivery> {
  const { paths, errors } = await listFiles(folder);
  const recordPaths = Map.groupBy(
    paths.filter((path) => path.endsWith(".build.json")),
    (path) => basename(path),
  );
  const images: Image[] = [];
  const planned = new Set<string>();
  for (const order of builds) {
    const definition = extensions.find((one) => one.definition.name === order.extension)?.definition;
    if (!definition) throw new Error(`the plan names ${order.extension}, which is not an extension`);
    const recordName = buildRecordName(definition, order.version, order.architecture);
    planned.add(recordName);
    const found = recordPaths.get(recordName);
    if (!found) continue;
    try {
      images.push(await acceptImage(definition, order, found));
    } catch (error) {
      errors.push(error);
    }
  }
  const unplanned = [...recordPaths.keys()].filter((name) => !planned.has(name));
  return { images, unplanned: unplanned.map((name) => name.replace(/\.build\.json$/, ".raw")), errors };
}

/**
 * Makes the folder that accepted images are copied to. It must be new: what is already there would count as
 * accepted.
 * @throws KilnError `already-there`
 */
export async function makeAcceptedFolder(folder: string): Promise<void> {
  await makeFolder(dirname(folder));
  await mkdir(folder).catch((cause: unknown) => {
    if (systemCode(cause) !== "EEXIST") throw cause;
    throw new KilnError("already-there", {
      expected: `nothing at ${folder}, where the accepted images are to be copied`,
      found: "a file or a folder",
      next: "find out which step put it there, or choose another path",
      cause,
    });
  });
}

/**
 * Lists all files below a folder, which may not exist. Links are listed but not followed, as they can form
 * loops.
 */
async function listFiles(folder: string): Promise<{ paths: string[]; errors: unknown[] }> {
  const paths: string[] = [];
  const errors: unknown[] = [];
  const visit = async (current: string): Promise<void> => {
    try {
      for (const entry of await readdir(current, { withFileTypes: true })) {
        const path = join(current, entry.name);
        if (entry.isDirectory()) await visit(path);
        else paths.push(path);
      }
    } catch (error) {
      if (current === folder && systemCode(error) === "ENOENT") return;
      errors.push(
        refused(
          `a readable folder at ${current.slice(0, 200)}`,
          describeSystemError(error) ?? systemCode(error) ?? "an error",
        ),
      );
    }
  };
  await visit(folder);
  return { paths, errors };
}

async function acceptImage(
  definition: Definition,
  order: BuildOrder,
  [recordPath = "", ...others]: readonly string[],
): Promise<Image> {
  const name = imageName(definition, order.version, order.architecture);
  if (others.length > 0) throw refused(`one record of ${name}`, `${others.length + 1} records`);
  const text = (await readRegularFile(recordPath, maxRecordBytes)).toString("utf8");
  const delivered = parseBuildRecord(text, recordPath, rebuild);
  requireSame(order, delivered, name);
  const path = join(dirname(recordPath), name);
  const { size, sha256 } = await measure(path);
  if (sha256 !== delivered.image.sha256 || size !== delivered.image.size)
    throw refused(
      `${name} to have ${delivered.image.size} bytes and the SHA-256 ${delivered.image.sha256}, as in its record`,
      `${size} bytes, ${sha256}`,
    );
  const epoch = await checkImage(path, definition.name, order.architecture);
  const { tools, packages } = delivered;
  const record: BuildRecord = { ...order, image: { name, size, sha256, epoch }, tools, packages };
  // Not in place: the file may be a hard link to another one.
  await rm(recordPath);
  await writeFile(recordPath, formatBuildRecord(record), { flag: "wx" });
  return { path, recordPath, record };
}

async function measure(path: string): Promise<{ size: number; sha256: string }> {
  const stats = await lstat(path).catch(() => undefined);
  const name = basename(path);
  if (!stats?.isFile())
    throw refused(
      `${name} beside its record`,
      stats ? "something other than a regular file" : "no such file",
    );
  if (stats.size > maxImageBytes)
    throw refused(`${name} to have at most ${maxImageBytes} bytes`, `${stats.size} bytes`);
  return { size: stats.size, sha256: await digestOf(path) };
}

/**
 * Requires that a record matches the plan, field by field. The URLs of inputs may differ: an image that was
 * built earlier may have downloaded the same bytes from another mirror.
 */
function requireSame(order: BuildOrder, record: BuildRecord, name: string): void {
  const fields = ["extension", "version", "architecture", "upstream", "recipe"] as const;
  for (const field of fields) requireEqual(field, order[field], record[field], name);
  for (const field of ["inputs", "hostLibraries"] as const)
    requireEqual(field, order[field].map(withoutUrl), record[field].map(withoutUrl), name);
  requireEqual("image.name", name, record.image.name, name);
}

function requireEqual(field: string, planned: unknown, found: unknown, name: string): void {
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
