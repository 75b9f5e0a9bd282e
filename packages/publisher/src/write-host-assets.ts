import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Image } from "@sysext-kiln/builder";
import type { Definition } from "@sysext-kiln/extension";
import type { HostAssetsOptions } from "./host-assets.ts";

/** Writes what hosts need into a folder; gives the paths. */
export async function writeHostAssets(
  definition: Definition,
  images: readonly Image[],
  { folder, ...options }: HostAssetsOptions & { folder: string },
): Promise<string[]> {
  // Loaded late, as the action sends its first request earlier without what renders Butane.
  const { hostAssets } = await import("./host-assets.ts");
  const assets = hostAssets(
    definition,
    images.map(({ record: { image, version, architecture } }) => ({ ...image, version, architecture })),
    options,
  );
  return Promise.all(
    assets.map(async ({ name, text }) => {
      const path = join(folder, name);
      await writeFile(path, text);
      return path;
    }),
  );
}
