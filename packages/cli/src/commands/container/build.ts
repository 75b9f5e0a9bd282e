import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildContainer, requireOwnFolder } from "@sysext-kiln/container";
import { formatImageVersion } from "@sysext-kiln/extension";
import { z } from "zod";
import { throwAny } from "../../output/error.ts";
import { formatBytes, runPhase, makeWritableFolder } from "@sysext-kiln/machine";
import { formatTable, print } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";
import { selectionFor, upstreamChoice, watchOptions } from "../../selection.ts";
import { buildImageSet, findImageSet } from "./image-set.ts";

const recipe = fileURLToPath(new URL("../../../../../deploy/container", import.meta.url));

const buildOptions = watchOptions.extend({
  images: z.string().optional(),
  output: z.string(),
  source: z.string().optional(),
  revision: z.string().optional(),
  cache: z.boolean().default(true),
});

/** Builds the container from keepalived's images. */
export async function buildContainerImage(version: string | undefined, given: unknown): Promise<void> {
  const options = buildOptions.parse(given);
  const output = resolve(options.output);
  // Checked before minutes of work, not after them.
  await requireOwnFolder(output);
  await makeWritableFolder(dirname(output));
  const selection = await selectionFor(["keepalived"], { ...options, version });
  const { selected, errors } = selection;
  throwAny(errors);
  const [extension] = selected;
  if (!extension) throw new Error("there is no extension keepalived");
  const reporter = openReporter(options);
  const set =
    options.images === undefined
      ? await buildImageSet(
          extension,
          version,
          { ...upstreamChoice(selection, options.from), cache: options.cache },
          reporter,
        )
      : await findImageSet(extension, options.images, version);
  const { source, revision } = options;
  const { license } = extension.definition;
  const origin = { source, revision };
  const title = `build the container of keepalived ${formatImageVersion(set.version)}`;
  const built = await runPhase(reporter, title, (say) =>
    buildContainer({ ...set, recipe, license, origin, say, uncached: !options.cache }, output),
  );
  const { sizes, digest, tag } = built;
  print(options, built, () => {
    const rows = Object.entries(sizes).map(([architecture, size]) => [
      tag,
      architecture,
      formatBytes(size),
      digest,
    ]);
    return `\n${formatTable(["TAG", "ARCHITECTURE", "SIZE", "DIGEST"], rows)}`;
  });
}
