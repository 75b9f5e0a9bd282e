import { resolve } from "node:path";
import { openRegistry, pushContainer } from "@sysext-kiln/container";
import { runPhase } from "@sysext-kiln/machine";
import { z } from "zod";
import { formatTable, print } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";

const pushOptions = z.object({ json: z.boolean().default(false) });

/** Pushes an image layout to a registry. */
export async function pushContainerImage(layout: string, repository: string, given: unknown): Promise<void> {
  const options = pushOptions.parse(given);
  const title = `push ${layout} to ${repository}`;
  const pushed = await runPhase(openReporter(options), title, async (say) =>
    pushContainer(resolve(layout), await openRegistry(repository, say), say),
  );
  const { tag, moved, digest } = pushed;
  print(options, pushed, () => {
    const rows = [tag, ...moved].map((name) => [`${repository}:${name}`, digest]);
    return `\n${formatTable(["IMAGE", "DIGEST"], rows)}`;
  });
}
