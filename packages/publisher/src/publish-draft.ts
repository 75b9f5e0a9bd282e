import { isKilnError, KilnError } from "@sysext-kiln/error";
import { formatBytes, type Say } from "@sysext-kiln/machine";
import type { Asset, Release, ReleaseStore } from "@sysext-kiln/release-store";

/** An asset that a draft must have before it is published, and how it is sent. */
export interface DraftAsset {
  name: string;
  sha256: string;
  /** In bytes. */
  size: number;
  send: (draft: Release, onBytes: (sent: number) => void) => Promise<void>;
}

export interface DraftContents {
  tag: string;
  notes: string;
  assets: readonly DraftAsset[];
  /** Whether hosts update from it once it is published. */
  latest: boolean;
  /** Releases and drafts that were listed in this run. */
  known?: readonly Release[] | undefined;
  /** Receives lines about how much has been sent. */
  say?: Say | undefined;
}

/**
 * Fills the draft of a tag and publishes it. If another publisher was first, the draft is removed and what
 * was published is left unchanged.
 * @throws KilnError `release-conflict`, `digest-mismatch`, `busy`
 */
export async function publishDraft(store: ReleaseStore, contents: DraftContents): Promise<void> {
  const draft = await store.draft(contents.tag, contents.notes, contents.known);
  await fillDraft(store, draft, contents.assets, contents.say);
  contents.say?.(`publishing ${contents.tag}`);
  try {
    await store.publish(draft, { latest: contents.latest });
  } catch (error) {
    if (isKilnError(error, "release-conflict")) await store.remove(draft);
    throw error;
  }
}

/**
 * Makes a draft have exactly the given assets, and verifies that by reading them back. Complete uploads of an
 * earlier run are kept; everything else is removed.
 * @throws KilnError `digest-mismatch` if the store has bytes other than those sent
 */
async function fillDraft(
  store: ReleaseStore,
  draft: Release,
  assets: readonly DraftAsset[],
  say?: Say,
): Promise<void> {
  if (draft.assets.length > 0) say?.("comparing what an earlier run has sent");
  const before = draft.assets.length > 0 ? await store.readBack(draft) : [];
  for (const stored of before) {
    if (!assets.some((asset) => isStored(asset, [stored]))) await store.removeAsset(draft, stored);
  }
  const missing = assets.filter((asset) => !isStored(asset, before));
  await sendAll(draft, missing, say);

  say?.("comparing what was sent");
  const after = await store.readBack(draft);
  const wrong = assets.find((asset) => !isStored(asset, after));
  if (!wrong) return;
  const found = after.find(({ name }) => name === wrong.name);
  throw new KilnError("digest-mismatch", {
    expected: `${wrong.name} of draft ${draft.tag} on ${store.name} to have the SHA-256 ${wrong.sha256}`,
    found: found ? `${found.size} bytes with ${found.sha256 ?? "an unknown digest"}` : "no such asset",
    next: "run it again; the draft has not been published",
  });
}

/** How many assets are sent at once. */
const concurrency = 4;

/** Sends assets. If one fails, those that are being sent are finished before its error is thrown. */
async function sendAll(draft: Release, assets: readonly DraftAsset[], say?: Say): Promise<void> {
  const total = assets.reduce((sum, { size }) => sum + size, 0);
  const sentByName = new Map<string, number>();
  const sendOne = async ({ name, size, send }: DraftAsset) => {
    const report = (bytes: number) => {
      sentByName.set(name, bytes);
      const sent = [...sentByName.values()].reduce((sum, one) => sum + one, 0);
      say?.(`sending, ${formatBytes(sent)} of ${formatBytes(total)}`);
    };
    await send(draft, report);
    report(size);
  };
  const waiting = assets.values();
  const errors: unknown[] = [];
  const work = async () => {
    for (const asset of waiting) {
      if (errors.length > 0) return;
      await sendOne(asset).catch((error: unknown) => errors.push(error));
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  if (errors.length > 0) throw errors[0];
}

function isStored({ name, sha256 }: DraftAsset, stored: readonly Asset[]): boolean {
  return stored.some((asset) => asset.name === name && asset.complete && asset.sha256 === sha256);
}
