import { KilnError } from "@sysext-kiln/error";
import { formatBytes, type Say } from "@sysext-kiln/machine";
import type { Asset, Release, ReleaseStore } from "@sysext-kiln/release-store";

/** An asset that a draft has to hold, and how it gets there. */
export interface WantedAsset {
  name: string;
  sha256: string;
  /** In bytes. */
  size: number;
  put: (draft: Release, onBytes: (sent: number) => void) => Promise<void>;
}

/**
 * Brings a draft to hold exactly the wanted assets, and proves it by reading them back. What an earlier run uploaded
 * whole stays; anything else goes.
 * @param say takes a line about how much has been sent
 * @throws KilnError `digest-mismatch` where the host holds other bytes than were sent
 */
export async function fillDraft(
  store: ReleaseStore,
  draft: Release,
  wanted: readonly WantedAsset[],
  say?: Say,
): Promise<void> {
  const before = draft.assets.length > 0 ? await store.readBack(draft) : [];
  for (const asset of before) {
    if (!wanted.some((one) => isHeld(one, [asset]))) await store.removeAsset(draft, asset);
  }
  const missing = wanted.filter((one) => !isHeld(one, before));
  await putAll(draft, missing, say);

  const held = await store.readBack(draft);
  const wrong = wanted.find((one) => !isHeld(one, held));
  if (!wrong) return;
  const found = held.find(({ name }) => name === wrong.name);
  throw new KilnError("digest-mismatch", {
    expected: `${wrong.name} of draft ${draft.tag} on ${store.name} to have the SHA-256 ${wrong.sha256}`,
    found: found ? `${found.size} bytes with ${found.sha256 ?? "an unknown digest"}` : "no such asset",
    next: "run it again; the draft has not been published",
  });
}

/** Uploads assets at the same time. If one fails, the others are finished before the error is thrown. */
async function putAll(draft: Release, missing: readonly WantedAsset[], say?: Say): Promise<void> {
  const total = missing.reduce((sum, { size }) => sum + size, 0);
  const sent = new Map<string, number>();
  const put = async ({ name, size, put: send }: WantedAsset) => {
    const onProgress = (bytes: number) => {
      sent.set(name, bytes);
      const done = [...sent.values()].reduce((sum, one) => sum + one, 0);
      say?.(`sending, ${formatBytes(done)} of ${formatBytes(total)}`);
    };
    await send(draft, onProgress);
    onProgress(size);
  };
  const failed = (await Promise.allSettled(missing.map(put))).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

function isHeld({ name, sha256 }: WantedAsset, assets: readonly Asset[]): boolean {
  return assets.some((asset) => asset.name === name && asset.complete && asset.sha256 === sha256);
}
