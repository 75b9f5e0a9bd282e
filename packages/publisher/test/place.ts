import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Source } from "@sysext-kiln/publisher";
import { type ReleaseStore } from "@sysext-kiln/release-store";
import { openDirectory } from "./place-directory.ts";
import { openGitHub } from "./place-github.ts";
import { updateDirectoryPath } from "@sysext-kiln/extension";

/** Where a test publishes, and what it may do there behind everybody's back. */
export interface Place extends AsyncDisposable {
  /** For files of the test. */
  readonly folder: string;
  /** A publisher. */
  readonly store: ReleaseStore;
  /** Another publisher of the same place, as another process is one. */
  another(): ReleaseStore;
  /** The place as hosts read it. */
  readonly source: Source;
  /** Gives a published asset other bytes, or takes it away. */
  damage(tag: string, name: string, bytes: string | Uint8Array | undefined): Promise<void>;
  /** Edits the notes of a release. */
  editNotes(tag: string, edit: (notes: string) => string): Promise<void>;
  /** The notes as people read them. */
  notes(tag: string): Promise<string>;
  /** Makes drafts as old as if they had been left then. */
  leaveDraftsSince(date: Date): Promise<void>;
}

/** Every kind of place that releases are published to. */
export const places: [kind: string, open: () => Promise<Place>][] = [
  ["a directory", () => inFolder(openDirectory)],
  ["GitHub", () => inFolder((folder) => openGitHub(folder, {}))],
  [
    "GitHub with immutable releases",
    () => inFolder((folder) => openGitHub(folder, { immutableReleases: true })),
  ],
];

/** Opens a place with a folder that ends with it. */
export async function inFolder<T extends Place>(open: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-place-"));
  const place = await open(folder);
  return {
    ...place,
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true });
      await place[Symbol.asyncDispose]();
    },
  };
}

/** A file as hosts get it. */
export async function bytesOf({ source }: Place, path: string): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await source.open(path)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A file of the update directory as hosts get it. */
export async function latestText(place: Place, name: string): Promise<string> {
  return (await bytesOf(place, `${updateDirectoryPath}/${name}`)).toString("utf8");
}

/** Downloads a file; gives its path on this machine. */
export async function downloaded(place: Place, path: string): Promise<string> {
  const target = join(place.folder, "downloaded", path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, await bytesOf(place, path));
  return target;
}

/** Downloads every asset of a release; gives their folder on this machine. */
export async function downloadedRelease(place: Place, tag: string): Promise<string> {
  for (const name of await assetNames(place, tag))
    await downloaded(place, `releases/download/${tag}/${name}`);
  return join(place.folder, "downloaded/releases/download", tag);
}

/** The names of a published release's assets, sorted. */
export async function assetNames({ store }: Place, tag: string): Promise<string[]> {
  const release = (await store.list()).find((one) => one.tag === tag && !one.draft);
  return (release?.assets ?? []).map(({ name }) => name).toSorted();
}

/** The tags of everything published, sorted; drafts have a question mark. */
export async function tagsOf({ store }: Pick<Place, "store">): Promise<string[]> {
  return (await store.list()).map(({ tag, draft }) => `${tag}${draft ? "?" : ""}`).toSorted();
}

/** The tag of the update directory that hosts are led to. */
export async function latestTag({ store }: Place): Promise<string> {
  return (await store.list()).find(({ latest }) => latest)?.tag ?? "";
}
