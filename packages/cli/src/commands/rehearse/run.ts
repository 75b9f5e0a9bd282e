import { readFile } from "node:fs/promises";
import { systemdVersions, whyNoHosts } from "@sysext-kiln/booted-host";
import { KilnError, usageErrors } from "@sysext-kiln/error";
import {
  choosableUpstreams,
  kilnHostName,
  loadRepository,
  nativeArchitecture,
  selectExtension,
  type Extension,
  type Repository,
} from "@sysext-kiln/extension";
import { runPhase } from "@sysext-kiln/machine";
import {
  parseSettings,
  readMemberList,
  readSnapshot,
  rehearse,
  requireSpace,
  type Credentials,
  type RehearsedImage,
  type Snapshot,
} from "@sysext-kiln/rehearsal";
import { z } from "zod";
import { imageFile, parseImageOfSeries, type ImageChoice } from "../../images/choose.ts";
import { findImages } from "../../images/find.ts";
import { inspectImages } from "../../images/inspect.ts";
import { print, printNote } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";
import { commonOptions, upstreamChoice } from "../../selection.ts";
import { formatReport } from "./report.ts";

const usage = usageErrors("./kiln rehearse --help shows examples");

const rehearseOptions = commonOptions.extend({
  snapshot: z.string().optional(),
  keys: z.int().optional(),
  from: z.string(),
  to: z.string(),
  upstream: z.enum(choosableUpstreams).optional(),
  kilnHost: z.string().optional(),
  env: z.string().optional(),
  memberList: z.string().optional(),
  user: z.string(),
  passwordFile: z.string().optional(),
  maxGap: z.number(),
  systemd: z.enum(systemdVersions),
});
type RehearseOptions = z.infer<typeof rehearseOptions>;

const defaultKeys = 1_000_000;

/** The exit status if the move is not safe, which is not an error of kiln. */
const notSafeStatus = 3;

/** The standard output is for the report. */
const reporter = openReporter({ onStderr: true });

/** Rehearses a move of an extension to the next series, and prints a report with a verdict. */
export async function rehearseUpgrade(name: string, given: unknown): Promise<void> {
  const options = rehearseOptions.parse(given);
  if (options.snapshot !== undefined && options.keys !== undefined)
    throw usage("either --snapshot or --keys, which generates one", "both");
  const repository = await loadRepository(options.extensions);
  const extension = rehearsable(selectExtension(repository, name));
  const [from, to] = chooseImages(extension, options);
  const host = kilnHostImage(repository, options);
  // First of all, so that an error is reported before minutes of work.
  const settings =
    options.env === undefined ? undefined : parseSettings(await readFile(options.env, "utf8"), options.env);
  const cluster = options.memberList === undefined ? undefined : await readMemberList(options.memberList);
  const snapshot =
    options.snapshot === undefined ? undefined : await openSnapshot(options.snapshot, from.series);
  const credentials = snapshot?.hasAuthentication === true ? await readCredentials(options) : undefined;
  const data = snapshot === undefined ? { keys: options.keys ?? defaultKeys } : { snapshot };
  await requireSpace(data);
  requireHosts();
  printNote(
    "note: root on the hosts is root of this machine, even though systemd-nspawn hides it: only rehearse with images that you trust",
  );
  const { settings: repositorySettings } = repository;
  const upstream = upstreamChoice({ named: true, settings: repositorySettings }, options.upstream);
  const [fromImage, toImage] = await findRehearsed([from, to], upstream);
  const [kilnHost] = await findRehearsed(
    [host],
    upstreamChoice({ named: false, settings: repositorySettings }, undefined),
  );
  if (!fromImage || !toImage || !kilnHost) throw new Error("not every image was found");
  const report = await rehearse({
    ...{ systemd: options.systemd, maxGap: options.maxGap, reporter },
    ...{ from: fromImage, to: toImage, kilnHost },
    series: { from: from.series, to: to.series },
    ...{ data, settings, cluster, credentials },
  });
  print(options, report, () => formatReport(report));
  if (report.verdict !== "safe") process.exitCode = notSafeStatus;
}

/** @throws KilnError `unknown-extension` */
function rehearsable(extension: Extension): Extension {
  const { name } = extension.definition;
  if (name === "etcd") return extension;
  throw new KilnError("unknown-extension", {
    expected: "an extension whose move to the next series can be rehearsed: etcd",
    found: name,
    next: `./kiln try ${name} boots a host with one version of it`,
  });
}

function kilnHostImage(repository: Repository, { kilnHost }: RehearseOptions): ImageChoice {
  const extension = selectExtension(repository, kilnHostName);
  return kilnHost === undefined ? { extension } : { extension, file: imageFile(extension, kilnHost) };
}

/** @throws KilnError `usage` if the images are not of two series that follow each other */
function chooseImages(extension: Extension, options: RehearseOptions) {
  const from = parseImageOfSeries(extension, "--from", options.from);
  const to = parseImageOfSeries(extension, "--to", options.to);
  const [major, minor] = from.series.split(".").map(Number);
  const next = `${major}.${(minor ?? 0) + 1}`;
  if (to.series === next) return [from, to] as const;
  throw usage(
    `--to in the series after ${from.series}: ${next}`,
    to.series,
    "etcd moves one series at a time: rehearse each move",
  );
}

/** @throws KilnError `snapshot-invalid` if it cannot be read, or not by this series */
async function openSnapshot(path: string, series: string): Promise<Snapshot> {
  const snapshot = await runPhase(reporter, `read ${path}`, (say) => readSnapshot(path, say));
  if (snapshot.series === undefined || !isNewer(snapshot.series, series)) return snapshot;
  throw new KilnError("snapshot-invalid", {
    expected: `a snapshot of etcd ${series} or older, as --from says`,
    found: `one of a cluster of ${snapshot.series}`,
    next: `--from ${snapshot.series}, and --to the series after it`,
  });
}

function isNewer(series: string, other: string): boolean {
  return series.localeCompare(other, "en", { numeric: true }) > 0;
}

/** @throws KilnError `usage` */
async function readCredentials({ user, passwordFile }: RehearseOptions): Promise<Credentials> {
  const next = `name a file with the password of a user with the role root: --user ${user} --password-file FILE; FILE can be /dev/stdin`;
  if (passwordFile === undefined)
    throw usage("--password-file, as the snapshot has authentication enabled", "no --password-file", next);
  const password = (await readFile(passwordFile, "utf8")).replace(/\r?\n$/, "");
  if (password !== "" && !password.includes("\n")) return { user, password };
  throw usage(
    `a password on one line in ${passwordFile}`,
    password === "" ? "nothing" : "several lines",
    next,
  );
}

function requireHosts(): void {
  const reason = whyNoHosts();
  if (reason === undefined) return;
  throw new KilnError("host-unavailable", {
    expected: "to be able to boot hosts, which needs root for mounts, loop devices and networks",
    found: reason,
    next: "run it with sudo, on a machine with Linux",
  });
}

async function findRehearsed(
  choices: readonly ImageChoice[],
  upstream: ReturnType<typeof upstreamChoice>,
): Promise<RehearsedImage[]> {
  const architecture = nativeArchitecture();
  const images = await findImages(choices, { ...upstream, reporter, architecture, published: undefined });
  await inspectImages(images, architecture, reporter);
  return images;
}
