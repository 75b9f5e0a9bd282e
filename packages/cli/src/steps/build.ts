import { availableParallelism } from "node:os";
import { buildImage, type Image } from "@sysext-kiln/builder";
import { type BuildOrder, type Extension, imageName } from "@sysext-kiln/extension";
import { runTasks, type Progress } from "../output/tasks.ts";

/** An image and how long it took, in milliseconds. */
export interface TimedImage {
  image: Image;
  took: number;
}

/** Builds images, as many at the same time as there are processors; one that fails does not hold up the others. */
export async function buildAll(
  extensions: readonly Extension[],
  orders: readonly BuildOrder[],
  options: Progress & { uncached?: boolean },
): Promise<{ images: TimedImage[]; errors: unknown[] }> {
  const images: TimedImage[] = [];
  const errors = await runTasks(
    orders.map((order) => {
      const extension = extensions.find(({ definition }) => definition.name === order.extension);
      if (!extension) throw new Error(`the plan names ${order.extension}, which is not an extension`);
      return {
        title: `build ${imageName(extension.definition, order.version, order.architecture)}`,
        run: async (say) => {
          const started = Date.now();
          const image = await buildImage(extension, order, { say, uncached: options.uncached ?? false });
          images.push({ image, took: Date.now() - started });
        },
      };
    }),
    { ...options, concurrent: availableParallelism() },
  );
  return { images, errors };
}
