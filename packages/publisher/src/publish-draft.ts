import { isKilnError } from "@sysext-kiln/error";
import type { Say } from "@sysext-kiln/machine";
import type { Release, ReleaseStore } from "@sysext-kiln/release-store";
import { fillDraft, type WantedAsset } from "./fill-draft.ts";

export interface DraftContents {
  tag: string;
  notes: string;
  assets: readonly WantedAsset[];
  latest: boolean;
  say?: Say | undefined;
}

/**
 * Fills the draft of a tag and shows it. Where another publisher was first the draft goes, and what was published stays.
 * @throws KilnError `release-conflict`, `digest-mismatch`, `busy`
 */
export async function publishDraft(store: ReleaseStore, contents: DraftContents): Promise<void> {
  const draft: Release = await store.draft(contents.tag, contents.notes);
  await fillDraft(store, draft, contents.assets, contents.say);
  try {
    await store.publish(draft, { latest: contents.latest });
  } catch (error) {
    if (isKilnError(error, "release-conflict")) await store.remove(draft);
    throw error;
  }
}
