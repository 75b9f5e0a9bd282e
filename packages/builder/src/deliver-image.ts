import { copyFile, mkdir, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Image } from "./build-record.ts";

/** Copies an image and its record out of the cache; the image appears last, and whole. */
export async function deliverImage({ path, recordPath, record }: Image, folder: string): Promise<Image> {
  await mkdir(folder, { recursive: true });
  for (const from of [recordPath, path]) {
    const to = join(folder, basename(from));
    await copyFile(from, `${to}.partial`);
    await rename(`${to}.partial`, to);
  }
  return { path: join(folder, basename(path)), recordPath: join(folder, basename(recordPath)), record };
}
