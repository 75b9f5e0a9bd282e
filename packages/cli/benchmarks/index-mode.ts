import { hash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { formatBuildRecord, type BuildRecord, type Image } from "@sysext-kiln/builder";
import {
  buildRecordName,
  type BuildOrder,
  type Definition,
  imageName,
  loadRepository,
  readPlan,
} from "@sysext-kiln/extension";
import { openGitHubClient } from "@sysext-kiln/github-client";
import { run } from "@sysext-kiln/machine";
import { configuredSigner, newKey, publishAll, requireSigner, type Signer } from "@sysext-kiln/publisher";
import { formatReleaseRecord, githubStore, releaseRecordOf } from "@sysext-kiln/release-store";
import { startGitHub, type GitHub, type Repository } from "@sysext-kiln/testbed";
import { openReporter } from "../src/output/reporter.ts";
import { defineExtension } from "./define.ts";
import type { Row } from "./measure.ts";

const actionOf = (name: string) => fileURLToPath(new URL(`../../${name}/dist/index.js`, import.meta.url));

const kilnHost = fileURLToPath(new URL("../../../extensions/kiln-host", import.meta.url));

/** How many extensions are published, and how many older releases each of them has. */
const count = 60;
const olderOfEach = 30;

/** The limits that the project sets itself. */
const mostRequests = 40;
/** With the configuration for hosts, and reading which kiln-host they start with. */
const mostWithKilnHost = 42;
const mostBytes = 200_000;

/** A repository on the testbed's GitHub, with `updateDirectory: index`. */
interface Setting {
  folder: string;
  github: GitHub;
  repository: Repository;
  definitions: readonly Definition[];
  signer: Signer | undefined;
}

/**
 * What publishing one new version costs among many extensions, and what a watch and the check of the update
 * directory read when there are many older releases. With kiln-host, a release also has files for hosts, and the
 * update directory has kiln-host's images.
 */
export async function indexModeRows(): Promise<Row[]> {
  const { publishing, moved, watching, checking, releases } = await measureRepository();
  const withKilnHost = await measureRepository(kilnHost);
  return [
    {
      what: `requests of publishing one new version among ${count} extensions / ${mostRequests}`,
      ratio: publishing / mostRequests,
      limit: 1,
    },
    {
      what: `the same with kiln-host / ${mostWithKilnHost}`,
      ratio: withKilnHost.publishing / mostWithKilnHost,
      limit: 1,
    },
    { what: "old images that it sends or downloads", ratio: moved, limit: 0 },
    { what: "the same with kiln-host", ratio: withKilnHost.moved },
    {
      what: `bytes that a watch reads of ${releases} releases / ${mostBytes}`,
      ratio: watching / mostBytes,
      limit: 1,
    },
    {
      what: `bytes that the check of the update directory reads of them / ${mostBytes}`,
      ratio: checking / mostBytes,
      limit: 1,
    },
  ];
}

/** @param more an extension to publish besides those of the benchmark */
async function measureRepository(more?: string) {
  const folder = await mkdtemp(join(tmpdir(), "kiln-bench-index-"));
  const github = await startGitHub();
  try {
    if (more !== undefined) await cp(more, join(folder, "extensions/kiln-host"), { recursive: true });
    const setting = await setUp(folder, github);
    await publish(setting, await plan(setting));
    github.repository("acme/bench0").tag("v1.1.0");
    const added = await plan(setting);
    if (added.length !== 2) throw new Error(`the plan has ${added.length} builds`);
    const publishing = await requestsOf(github, () => publish(setting, added));

    addOlderReleases(setting);
    const watching = await requestsOf(github, () => plan(setting));
    const checking = await requestsOf(github, () =>
      action(setting, "publisher", { "INPUT_DRY-RUN": "true" }),
    );
    const old = oldImages(setting);
    const moved = publishing.filter(
      ({ path, query }) => old.has(path.split("/").at(-1) ?? "") || old.has(query.get("name") ?? ""),
    );
    return {
      publishing: publishing.length,
      moved: moved.length,
      watching: bytesOf(watching),
      checking: bytesOf(checking),
      releases: setting.repository.state.releases.length,
    };
  } finally {
    await github[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}

async function setUp(folder: string, github: GitHub): Promise<Setting> {
  for (let index = 0; index < count; index += 1) {
    await defineExtension(folder, `bench${index}`, { versions: { retain: 1 } });
    github.repository(`acme/bench${index}`).tag("v1.0.0");
  }
  const { privateKey } = await newKey(join(folder, "key.asc"), { name: "bench" });
  const signer = await configuredSigner({
    signingKeyFile: privateKey,
    signingKey: undefined,
    signingPassphrase: undefined,
  });
  const settings = { updateDirectory: "index", signingKeys: [signer?.fingerprint] };
  await writeFile(join(folder, "kiln.yaml"), JSON.stringify(settings));
  const { extensions } = await loadRepository(join(folder, "extensions"));
  const definitions = extensions.map(({ definition }) => definition);
  return { folder, github, repository: github.repository("acme/kiln"), definitions, signer };
}

/** Runs one of the actions, without a cache, as a job on GitHub. */
async function action(
  { folder, github }: Setting,
  packageName: string,
  inputs: Record<string, string> = {},
): Promise<void> {
  for (const file of ["output", "summary"]) await writeFile(join(folder, file), "");
  const env = {
    ...github.environment,
    ...inputs,
    KILN_CACHE_DIR: await mkdtemp(join(folder, "cache-")),
    GITHUB_REPOSITORY: "acme/kiln",
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_NUMBER: "1",
    GITHUB_OUTPUT: join(folder, "output"),
    GITHUB_STEP_SUMMARY: join(folder, "summary"),
  };
  await run(process.execPath, [actionOf(packageName)], { cwd: folder, env });
  const output = await readFile(join(folder, "output"), "utf8");
  if (output.includes("changed<<") && /\ntrue\n/.test(output))
    throw new Error("the directory is out of date");
}

async function plan(setting: Setting): Promise<readonly BuildOrder[]> {
  await action(setting, "version-watcher");
  return (await readPlan(join(setting.folder, "plan.json"))).builds;
}

/** Publishes images for orders as the action does, in a run of its own. */
async function publish(
  { folder, github, definitions, signer }: Setting,
  orders: readonly BuildOrder[],
): Promise<void> {
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_TOKEN: token } = github.environment;
  const client = openGitHubClient({ apiUrl, token, waitScale: 0.001 });
  const repository = { owner: "acme", repo: "kiln" };
  const store = githubStore({ client, repository, serverUrl, waitScale: 0.001 });
  const images = await Promise.all(orders.map((order) => imageOf(order, definitions, folder)));
  await requireSigner(store, signer, {});
  const options = { signer, updateDirectory: "index", baseUrl: store.baseUrl } as const;
  const reporter = openReporter({ json: true });
  const { errors } = await publishAll(store, definitions, images, options, reporter);
  if (errors.length > 0) throw new AggregateError(errors);
}

async function imageOf(
  order: BuildOrder,
  definitions: readonly Definition[],
  folder: string,
): Promise<Image> {
  const definition = definitions.find((one) => one.name === order.extension)!;
  const image = imageName(definition, order.version, order.architecture);
  const bytes = `hsqs, as if it were ${image}`;
  const path = join(folder, "images", image);
  const recordPath = join(folder, "images", buildRecordName(definition, order.version, order.architecture));
  const record: BuildRecord = {
    ...order,
    image: { name: image, size: bytes.length, sha256: hash("sha256", bytes), epoch: 0 },
    tools: {},
    packages: [],
  };
  await mkdir(join(folder, "images"), { recursive: true });
  await writeFile(path, bytes);
  await writeFile(recordPath, formatBuildRecord(record));
  return { path, recordPath, record };
}

/** Adds releases of versions that hosts are not offered any more, with as many assets as real ones have. */
function addOlderReleases({ repository, definitions }: Setting): void {
  const date = new Date("2026-01-01T00:00:00Z");
  const assets = Object.fromEntries(Array.from({ length: 20 }, (_, index) => [`asset-${index}`, "bytes"]));
  for (const definition of definitions) {
    const record = releaseRecordOf([]);
    for (let minor = 0; minor < olderOfEach; minor += 1)
      repository.release(`${definition.name}-v0.${minor}.0`, {
        ...{ assets, date, body: formatReleaseRecord(record) },
      });
  }
}

/** The ids and names of the images that were published before the new version. */
function oldImages({ repository }: Setting): Set<string> {
  const assets = repository.state.releases.flatMap((release) => release.assets);
  const images = assets.filter((asset) => asset.name.endsWith(".raw") && !asset.name.includes("-1.1.0-"));
  return new Set(images.flatMap(({ id, name: image }) => [String(id), image]));
}

type Requests = GitHub["requests"];

/** The requests for the repository that work sends, without those for upstreams. */
async function requestsOf(github: GitHub, work: () => Promise<unknown>): Promise<Requests> {
  const before = github.requests.length;
  await work();
  return github.requests.slice(before).filter(({ path }) => !path.includes("/acme/bench"));
}

function bytesOf(requests: Requests): number {
  return requests.reduce((sum, { bytes }) => sum + bytes, 0);
}
