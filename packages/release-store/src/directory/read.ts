import { readdir, readFile, readlink, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { systemCode } from "@sysext-kiln/error";
import type { Asset, Release } from "../release-store.ts";
import { notesFile, type Layout } from "./layout.ts";

/** Every release and draft below a directory store's root. */
export async function listReleases(layout: Layout): Promise<Release[]> {
  const latest = await readlink(layout.latest).catch(absent);
  const [published, drafts] = await Promise.all([tagsIn(layout.published), tagsIn(layout.drafts)]);
  const found = await Promise.all([
    ...published.map((tag) => readRelease(join(layout.published, tag), false, latest).catch(absent)),
    ...drafts.map((tag) => readRelease(join(layout.drafts, tag), true, latest).catch(absent)),
  ]);
  // Another publisher may have moved one away since.
  return found.filter((release) => release !== undefined);
}

async function readRelease(folder: string, draft: boolean, latest: string | undefined): Promise<Release> {
  const tag = basename(folder);
  const notesPath = join(folder, notesFile);
  const [notes, assets] = await Promise.all([readFile(notesPath, "utf8").catch(absent), readAssets(folder)]);
  const isLatest = !draft && latest !== undefined && basename(latest) === tag;
  // The notes are written whenever a publisher begins with it.
  const begunAt = draft ? (await stat(notesPath).catch(absent))?.mtime : undefined;
  return { id: folder, tag, notes: notes ?? "", draft, begunAt, latest: isLatest, assets };
}

/** The assets of a release's folder; what upload has not finished has another name and is not among them. */
export async function readAssets(folder: string): Promise<Asset[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith("."));
  return Promise.all(
    names.map(async (name) => ({
      id: name,
      name,
      size: (await stat(join(folder, name))).size,
      sha256: undefined,
      complete: true,
    })),
  );
}

async function tagsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(absent)) ?? [];
  return names.filter((name) => !name.startsWith("."));
}

function absent(error: unknown): undefined {
  if (systemCode(error) === "ENOENT") return undefined;
  throw error;
}
