import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Definition } from "@sysext-kiln/extension";
import type { Release, ReleaseHost } from "@sysext-kiln/release-host";
import { fillDraft } from "./fill-draft.ts";
import { formatManifest, manifestName } from "./manifest.ts";
import { sha256Of } from "./publish-release.ts";
import { retainedImages, type RetainedImage } from "./retention.ts";

/** How many update directories stay, the latest included: a host may be in the middle of reading the one before. */
const keptDirectories = 3;

const tagPattern = /^updates-(?<number>[1-9]\d*)$/;

/**
 * Brings the update directory up to date with the permanent releases: a fresh release `updates-N`, prepared as a
 * draft and shown as the latest in one step. An unchanged directory is not published again.
 * @returns whether hosts see another directory than before
 */
export async function publishUpdateDirectory(
  host: ReleaseHost,
  definitions: readonly Definition[],
): Promise<boolean> {
  const releases = await host.list();
  const images = await retainedImages(host, definitions, releases);
  if (images.length === 0) return false;
  const manifest = formatManifest(images);

  const changed = await show(host, releases, images, manifest);
  await prune(host);
  return changed;
}

async function show(
  host: ReleaseHost,
  releases: readonly Release[],
  images: readonly RetainedImage[],
  manifest: string,
): Promise<boolean> {
  const newest = byNumber(releases.filter(({ draft }) => !draft)).at(-1);
  const isCurrent = newest !== undefined && (await host.readText(newest, manifestName)) === manifest;
  if (isCurrent && newest.latest) return false;
  if (isCurrent) {
    // A run was killed between publishing the directory and leading hosts to it.
    await host.makeLatest(newest);
    return true;
  }

  const folder = await mkdtemp(join(tmpdir(), "kiln-updates-"));
  try {
    const manifestPath = join(folder, manifestName);
    await writeFile(manifestPath, manifest);
    const draft = await host.draft(`updates-${numberOf(newest?.tag ?? "") + 1}`, directoryNotes(images));
    await fillDraft(host, draft, [
      ...images.map(({ name, sha256, release }) => ({
        name,
        sha256,
        put: (into: Release) => host.copy(into, name, release),
      })),
      {
        name: manifestName,
        sha256: sha256Of(manifest),
        put: (into: Release) => host.upload(into, manifestName, manifestPath),
      },
    ]);
    await host.publish(draft, { latest: true });
    return true;
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Removes update directories that no host reads any more, and drafts of them that a dead run left. */
async function prune(host: ReleaseHost): Promise<void> {
  const directories = byNumber(await host.list());
  const published = directories.filter(({ draft }) => !draft);
  const old = published.slice(0, -keptDirectories).filter(({ latest }) => !latest);
  for (const release of [...old, ...directories.filter(({ draft }) => draft)]) await host.remove(release);
}

function byNumber(releases: readonly Release[]): Release[] {
  return releases
    .filter(({ tag }) => tagPattern.test(tag))
    .toSorted((left, right) => numberOf(left.tag) - numberOf(right.tag));
}

function numberOf(tag: string): number {
  return Number(tagPattern.exec(tag)?.groups?.["number"] ?? 0);
}

function directoryNotes(images: readonly RetainedImage[]): string {
  const names = images.map(({ name }) => `- \`${name}\``).toSorted();
  return ["The images that hosts update to, for systemd-sysupdate.", "", ...names, ""].join("\n");
}
