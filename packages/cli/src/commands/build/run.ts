import { deliverImage, readSourceFolder } from "@sysext-kiln/builder";
import { KilnError } from "@sysext-kiln/error";
import { architectures, type BuildOrder, compareImageVersions, type Extension } from "@sysext-kiln/extension";
import { formatBytes, type Reporter, makeWritableFolder, runPhase } from "@sysext-kiln/machine";
import { z } from "zod";
import { throwAny } from "../../output/error.ts";
import { formatDuration, formatTable, print } from "../../output/print.ts";
import {
  selectionFor,
  upstreamChoice,
  watchOptions,
  type Selection,
  type WatchOptions,
} from "../../selection.ts";
import { buildAll, type TimedImage } from "../../images/build.ts";
import { openReporter } from "../../output/reporter.ts";
import {
  folderUpstream,
  openSources,
  sharedAccess,
  watchAll,
  watchExtension,
} from "@sysext-kiln/version-watcher";

const buildOptions = watchOptions.extend({
  arch: z.enum([...architectures, "all"]),
  output: z.string(),
  cache: z.boolean().default(true),
  twice: z.boolean().default(false),
  source: z.string().optional(),
});

const fromFolderNote =
  "Built from a folder, which no upstream vouches for: kiln never publishes these images. Their records say so.";

/** Builds the images of one version into a folder, whether it is published or not. */
export async function build(name: string, version: string | undefined, given: unknown): Promise<void> {
  const options = buildOptions.parse(given);
  const selection = await selectionFor([name], { ...options, version });
  throwAny(selection.errors);
  await makeWritableFolder(options.output);
  const { selected } = selection;
  const reporter = openReporter(options);
  const orders = (
    options.source === undefined
      ? await newestOrders(name, version, selection, options, reporter)
      : await ordersFromFolder(name, version, selection, options.source, reporter)
  ).filter(({ architecture }) => options.arch === "all" || architecture === options.arch);
  if (orders.length === 0) {
    throw new KilnError("usage", {
      expected: `--arch to be an architecture that ${name} is built for`,
      found: options.arch,
      next: "omit --arch, or add the architecture to the definition",
    });
  }
  const built = await buildAll(selected, orders, reporter, { uncached: options.twice || !options.cache });
  throwAny(built.errors);
  if (options.twice) throwAny(await differences(selected, orders, built.images, reporter));

  const results = await Promise.all(built.images.map((timed) => deliver(timed, options.output)));
  print(options, results, () => {
    const table = formatTable(
      ["IMAGE", "SIZE", "TIME", "SHA-256"],
      results.map(({ path, size, took, sha256 }) => [path, formatBytes(size), formatDuration(took), sha256]),
    );
    const source = options.source === undefined ? "" : `\n\n${fromFolderNote}`;
    return `\n${table}${source}${options.twice ? "\n\nBuilt twice without caches: both builds are identical." : ""}`;
  });
}

/** The builds of the requested version, or else of the newest that the policy wants. */
async function newestOrders(
  name: string,
  version: string | undefined,
  selection: Selection,
  { from }: WatchOptions,
  reporter: Reporter,
): Promise<BuildOrder[]> {
  // With no releases, the plan also has the builds of a version that is published.
  const { plan, errors } = await watchAll(
    selection.selected,
    { ...upstreamChoice(selection, from), version, releases: [] },
    reporter,
  );
  throwAny(errors);
  // An extension that follows several series has a version of each.
  const newest = plan.builds
    .map((order) => order.version)
    .toSorted(compareImageVersions)
    .at(-1);
  if (newest === undefined) {
    throw new KilnError("unknown-version", {
      expected: `a version of ${name} that its policy wants`,
      found: "none, because every series has reached its end of life",
      next: `name a version: ./kiln build ${name} VERSION`,
    });
  }
  return plan.builds.filter((order) => compareImageVersions(order.version, newest) === 0);
}

/** The builds of the version that a folder with sources has. */
async function ordersFromFolder(
  name: string,
  version: string | undefined,
  { selected: [extension] }: Selection,
  source: string,
  reporter: Reporter,
): Promise<readonly BuildOrder[]> {
  if (!extension) throw new Error(`the selection lacks ${name}`);
  return runPhase(reporter, `read the sources of ${name} in ${source}`, async (say) => {
    const found = await readSourceFolder(extension, source, version, say);
    const access = sharedAccess()(say);
    return watchExtension(extension, {
      upstream: folderUpstream(found.version, found.input),
      sources: openSources(extension, access),
      archive: access.archive,
      releases: [],
      version: found.version,
    });
  });
}

/** Builds everything again. @returns an error for each image that failed or is different */
async function differences(
  extensions: readonly Extension[],
  orders: readonly BuildOrder[],
  firsts: readonly TimedImage[],
  reporter: Reporter,
): Promise<unknown[]> {
  const again = await buildAll(extensions, orders, reporter, { uncached: true });
  const different = again.images.flatMap(({ image: { record } }) => {
    const first = firsts.find(({ image }) => image.record.image.name === record.image.name)?.image.record
      .image;
    if (!first || first.sha256 === record.image.sha256) return [];
    return new KilnError("build-failed", {
      expected: `${record.image.name} to be identical when it is built again`,
      found: `SHA-256 ${first.sha256} the first time and ${record.image.sha256} the second time`,
      next: "look for dates, paths or a file order that end up in the program",
    });
  });
  return [...again.errors, ...different];
}

async function deliver({ image, took }: TimedImage, output: string) {
  const { path } = await deliverImage(image, output);
  const { size, sha256 } = image.record.image;
  return { path, size, sha256, took };
}
