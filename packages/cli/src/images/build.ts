import { availableParallelism } from "node:os";
import { buildImage, type Image } from "@sysext-kiln/builder";
import { imageName, type BuildOrder, type Extension } from "@sysext-kiln/extension";
import type { Reporter } from "@sysext-kiln/machine";

/** An image, and the time that its build took in milliseconds. */
export interface TimedImage {
  image: Image;
  took: number;
}

/** Builds images, as many at a time as there are processors. If one fails, the others are still built. */
export async function buildAll(
  extensions: readonly Extension[],
  orders: readonly BuildOrder[],
  reporter: Reporter,
  { uncached = false }: { uncached?: boolean } = {},
): Promise<{ images: TimedImage[]; errors: unknown[] }> {
  const images: TimedImage[] = [];
  const errors = await reporter.run(
    orders.map((order) => {
      const extension = extensions.find(({ definition }) => definition.name === order.extension);
      if (!extension) throw new Error(`the plan names ${order.extension}, which is not an extension`);
      return {
        title: `build ${imageName(extension.definition, order.version, order.architecture)}`,
        run: async (say) => {
          const started = Date.now();
          const image = await buildImage(extension, order, { say, uncached });
          images.push({ image, took: Date.now() - started });
        },
      };
    }),
    { concurrency: availableParallelism() },
  );
  return { images, errors };
}
