import { resolve } from "node:path";
import { openRegistry, pushContainer } from "@sysext-kiln/container";
import { z } from "zod";
import { print } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { runTask } from "../output/tasks.ts";

const pushOptions = z.object({ json: z.boolean().default(false) });

/** Pushes an image layout to a registry. */
export async function pushContainerImage(layout: string, repository: string, given: unknown): Promise<void> {
  const options = pushOptions.parse(given);
  let pushed: Awaited<ReturnType<typeof pushContainer>> | undefined;
  await runTask(
    {
      title: `push ${layout} to ${repository}`,
      async run(say) {
        pushed = await pushContainer(resolve(layout), await openRegistry(repository, say), say);
      },
    },
    options,
  );
  if (!pushed) throw new Error("pushing the container gave nothing");
  const { tag, moved, digest } = pushed;
  print(options, pushed, () => {
    const rows = [tag, ...moved].map((name) => [`${repository}:${name}`, digest]);
    return `\n${formatTable(["IMAGE", "DIGEST"], rows)}`;
  });
}
