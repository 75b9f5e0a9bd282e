import {
  compareImageVersions,
  compareUpstreamVersions,
  type EndOfLife,
  endsOfLife,
  formatImageVersion,
  type UpstreamName,
  wantedVersions,
} from "@sysext-kiln/extension";
import { runPhase } from "@sysext-kiln/machine";
import { openReleaseStore, publishedVersions } from "@sysext-kiln/release-store";
import {
  chooseUpstream,
  openUpstream,
  sharedAccess,
  type UpstreamVersion,
} from "@sysext-kiln/version-watcher";
import { throwAny } from "../../output/error.ts";
import { formatTable, print, printNote } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";
import { pipelineOptions, selectionFor, upstreamChoice } from "../../selection.ts";

interface Row {
  extension: string;
  /** The upstream; undefined if the extension does not have the one that was asked for. */
  from: UpstreamName | undefined;
  /** Every version that upstream has, newest first. */
  upstream: readonly string[];
  /** The versions that the policy selects. */
  wanted: readonly string[];
  /** Every version that is published, newest first. */
  published: readonly string[];
  /** The ends of life of the series that hosts follow. */
  endOfLife: readonly EndOfLife[];
}

/** Lists all extensions with upstream's versions and the published ones. */
export async function list(given: unknown): Promise<void> {
  const options = pipelineOptions.parse(given);
  const selection = await selectionFor([], options);
  const { all, errors: invalid } = selection;
  const choice = upstreamChoice(selection, options.from);
  const store = openReleaseStore(options.to, { say: printNote });
  const reporter = openReporter(options);
  const releases = await runPhase(reporter, `list the releases of ${store.name}`, () => store.list());
  const access = sharedAccess();
  const rows: Row[] = [];
  const errors = await reporter.run(
    all.map((extension) => ({
      title: `watch ${extension.definition.name}`,
      run: async (say) => {
        const { definition } = extension;
        const from = chooseUpstream(definition, choice, say);
        const upstream = from && openUpstream(from, extension, access(say));
        const versions = (await upstream?.versions()) ?? [];
        const canBeBuilt = async ({ version }: UpstreamVersion) =>
          (await upstream?.unavailableReason(version)) === undefined;
        const wanted = await wantedVersions(versions, definition.versions, canBeBuilt);
        const published = publishedVersions(definition, releases).map(({ version }) => version);
        const known = [...versions, ...published.map((one) => ({ version: one.upstream }))];
        rows.push({
          extension: definition.name,
          from: upstream?.name,
          upstream: versions
            .map(({ version }) => version)
            .toSorted(compareUpstreamVersions)
            .toReversed(),
          wanted: wanted.map(({ version }) => version),
          published: published.toSorted(compareImageVersions).toReversed().map(formatImageVersion),
          endOfLife: endsOfLife(
            known.map(({ version }) => version),
            definition.versions,
          ),
        });
      },
    })),
    { concurrency: all.length },
  );
  const sorted = rows.toSorted((left, right) => (left.extension < right.extension ? -1 : 1));
  print(options, sorted, () => `\n${formatRows(sorted)}${formatEnds(sorted)}`);
  throwAny([...invalid, ...errors]);
}

/** The number of versions in a cell of the table: upstreams may have hundreds. */
const shown = 6;

function cell(versions: readonly string[]): string {
  const more = versions.length > shown ? ` and ${versions.length - shown} more` : "";
  return `${versions.slice(0, shown).join(", ")}${more}` || "-";
}

/** A line for each series with an end of life. */
function formatEnds(rows: readonly Row[]): string {
  const lines = rows.flatMap(({ extension, endOfLife }) =>
    endOfLife.map(({ series, date, days }) => {
      const verb = days > 0 ? "reaches" : "reached";
      return `${extension} ${series} ${verb} its end of life on ${date}.`;
    }),
  );
  return lines.length === 0 ? "" : `\n\n${lines.join("\n")}`;
}

function formatRows(rows: readonly Row[]): string {
  return formatTable(
    ["EXTENSION", "FROM", "UPSTREAM", "WANTED", "PUBLISHED"],
    rows.map(({ extension, from, upstream, wanted, published }) => [
      extension,
      from ?? "-",
      cell(upstream),
      cell(wanted),
      cell(published),
    ]),
  );
}
