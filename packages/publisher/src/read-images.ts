import { readdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readBuildRecord, type Image } from "@sysext-kiln/builder";
import { KilnError } from "@sysext-kiln/error";
import {
  type BuildOrder,
  buildOrderSchema,
  type Extension,
  fingerprint,
  imageName,
  type Plan,
} from "@sysext-kiln/extension";
import { digestOf } from "@sysext-kiln/machine";

/** What other jobs left. */
export interface ReadImages {
  images: Image[];
  /** The names of images that the plan does not have. */
  unplanned: string[];
  /** One for each image that is not what it should be. */
  errors: unknown[];
}

/**
 * Reads the images that other jobs left below a folder, each beside its record, and takes nobody's word for them: an image
 * has to be what its record says, and the record one of the plan's. What the plan does not have at all is left alone:
 * where a person runs failed jobs again, `watch` among them, GitHub still brings what the attempt before built, and that
 * may have been published since.
 */
export async function readImages(
  folder: string,
  extensions: readonly Extension[],
  plan: Plan,
): Promise<ReadImages> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const records = files.filter((file) => file.endsWith(".build.json")).map((file) => join(folder, file));
  const read = await Promise.allSettled(records.map((path) => readImage(path, extensions, plan)));
  const found = read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  return {
    images: found.filter((one) => typeof one !== "string"),
    unplanned: found.filter((one) => typeof one === "string"),
    errors: read.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])),
  };
}

/** @returns the image; its name where it was not planned */
async function readImage(
  recordPath: string,
  extensions: readonly Extension[],
  plan: Plan,
): Promise<Image | string> {
  const record = await readBuildRecord(recordPath, rebuild);
  const order = buildOrderSchema.strip().parse(record);
  const planned = plan.builds.find((one) => isSameImage(one, order));
  if (!planned) return record.image.name;
  const definition = extensions.find((one) => one.definition.name === order.extension)?.definition;
  if (!definition || !isSameBuild(planned, order))
    throw refused(`the record ${recordPath} to be of the build that was planned`, "another one");
  const name = imageName(definition, order.version, order.architecture);
  if (record.image.name !== name)
    throw refused(`the record ${recordPath} to be of ${name}`, record.image.name);

  const path = join(dirname(recordPath), name);
  const size = await stat(path).then(
    (stats) => stats.size,
    () => undefined,
  );
  if (size === undefined) throw refused(`${name} beside its record ${recordPath}`, "no such file");
  const sha256 = await digestOf(path);
  if (sha256 !== record.image.sha256 || size !== record.image.size)
    throw refused(
      `${name} to have the SHA-256 ${record.image.sha256}, as its record says`,
      `${sha256}, ${size} bytes`,
    );
  return { path, recordPath, record };
}

/** Whether two orders are for what is published under one name. */
function isSameImage(one: BuildOrder, other: BuildOrder): boolean {
  return (
    one.extension === other.extension &&
    one.version.upstream === other.version.upstream &&
    one.version.revision === other.version.revision &&
    one.architecture === other.architecture
  );
}

/**
 * Whether two orders for one image make the same bytes. Where their inputs come from plays no part: one that was built
 * before may have fetched the same bytes from another mirror.
 */
function isSameBuild(one: BuildOrder, other: BuildOrder): boolean {
  return one.upstream === other.upstream && fingerprint(one) === fingerprint(other);
}

const rebuild = "run the failed jobs again; the image has not been published";

function refused(expected: string, found: string): KilnError {
  return new KilnError("document-invalid", {
    expected,
    found,
    next: rebuild,
  });
}
