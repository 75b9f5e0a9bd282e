import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { cacheDirectory, digestOf, makeFolder } from "@sysext-kiln/machine";
import { type BuildOrder, type Definition, fingerprint } from "@sysext-kiln/extension";
import { readBuildRecord, type BuildRecord, type Image } from "./build-record.ts";

/**
 * Where the image of an order is cached: equal inputs, recipe and tools make equal images. An image counts as
 * not built if its smoke test would differ.
 */
export function cachedImageFolder(
  order: BuildOrder,
  smoke: Definition["smoke"],
  tools: BuildRecord["tools"],
): string {
  const { extension, version, architecture, upstream } = order;
  const smokeTest = [smoke, order.hostLibraries.map(({ name, sha256 }) => [name, sha256])];
  const key = JSON.stringify([
    ...[extension, version, architecture, upstream, fingerprint(order), tools],
    ...smokeTest,
    // What follows changes the record, and the date of a folder also the image.
    ...(order.outsidePolicy === true ? ["outside policy"] : []),
    ...order.inputs.flatMap((input) => ("tree" in input && input.origin.kind === "folder" ? [input] : [])),
  ]);
  return cacheDirectory("images", createHash("sha256").update(key).digest("hex"));
}

/** An image that was built before; undefined if there is none, or if it does not match its record. */
export async function findCachedImage(
  folder: string,
  name: string,
  recordName: string,
): Promise<Image | undefined> {
  const path = join(folder, name);
  const recordPath = join(folder, recordName);
  try {
    const record = await readBuildRecord(recordPath, "build the image again");
    return (await digestOf(path)) === record.image.sha256 ? { path, recordPath, record } : undefined;
  } catch {
    // Whatever is wrong with a cached image, building it again fixes it.
    return undefined;
  }
}

/** Moves the folder of a finished image and its record into the cache. */
export async function keepImage(finished: string, folder: string): Promise<void> {
  await makeFolder(dirname(folder));
  await rm(folder, { recursive: true, force: true });
  await rename(finished, folder);
}

/** Copies an image and its record from the cache to a folder; the image appears last, and complete. */
export async function deliverImage({ path, recordPath, record }: Image, folder: string): Promise<Image> {
  await makeFolder(folder);
  for (const from of [recordPath, path]) {
    const to = join(folder, basename(from));
    const partial = `${to}.partial`;
    // A link in its place is replaced, not followed.
    await rm(partial, { force: true });
    await copyFile(from, partial, constants.COPYFILE_EXCL);
    await rename(partial, to);
  }
  return { path: join(folder, basename(path)), recordPath: join(folder, basename(recordPath)), record };
}
