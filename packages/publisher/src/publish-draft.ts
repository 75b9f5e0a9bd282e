import { isKilnError } from "@sysext-kiln/error";
import type { Say } from "@sysext-kiln/machine";
import type { Release, ReleaseHost } from "@sysext-kiln/release-host";
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
 * @throws KilnError `release-conflict`, `digest-mismatch`, `host-busy`
 */
export async function publishDraft(host: ReleaseHost, contents: DraftContents): Promise<void> {
  const draft: Release = await host.draft(contents.tag, contents.notes);
  await fillDraft(host, draft, contents.assets, contents.say);
  try {
    await host.publish(draft, { latest: contents.latest });
  } catch (error) {
    if (isKilnError(error, "release-conflict")) await host.remove(draft);
    throw error;
  }
}
