import { compareImageVersions, compareUpstreamVersions, formatImageVersion } from "@sysext-kiln/extension";
import { directoryHost } from "@sysext-kiln/release-host";
import {
  debianArchive,
  debianUpstream,
  publishedVersions,
  wantedVersions,
} from "@sysext-kiln/version-watcher";
import { throwAny } from "../output/error.ts";
import { print } from "../output/print.ts";
import { formatTable } from "../output/table.ts";
import { runTasks } from "../output/tasks.ts";
import { pipelineOptions, settingOf } from "../setting.ts";

interface Row {
  extension: string;
  /** Every version that upstream has, the newest first. */
  upstream: string[];
  /** What policy wants of them. */
  wanted: string[];
  /** What is published, the newest first. */
  published: string[];
}

export async function list(given: unknown): Promise<void> {
  const options = pipelineOptions.parse(given);
  const { all } = await settingOf([], options);
  const releases = await directoryHost(options.to).list();
  const rows: Row[] = [];
  const errors = await runTasks(
    all.map(({ definition }) => ({
      title: `watch ${definition.name}`,
      run: async (say) => {
        const offered = await debianUpstream(debianArchive(say)).versions(definition);
        rows.push({
          extension: definition.name,
          upstream: offered.toSorted(compareUpstreamVersions).toReversed(),
          wanted: wantedVersions(offered, definition.versions),
          published: publishedVersions(definition, releases)
            .map(({ version }) => version)
            .toSorted(compareImageVersions)
            .toReversed()
            .map(formatImageVersion),
        });
      },
    })),
    { concurrent: all.length, json: options.json },
  );
  const sorted = rows.toSorted((left, right) => (left.extension < right.extension ? -1 : 1));
  print(options, sorted, () => `\n${formatRows(sorted)}`);
  throwAny(errors);
}

function cell(versions: readonly string[]): string {
  return versions.join(", ") || "-";
}

function formatRows(rows: readonly Row[]): string {
  return formatTable(
    ["EXTENSION", "UPSTREAM", "WANTED", "PUBLISHED"],
    rows.map(({ extension, upstream, wanted, published }) => [
      extension,
      cell(upstream),
      cell(wanted),
      cell(published),
    ]),
  );
}
