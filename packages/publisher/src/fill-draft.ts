import { KilnError } from "@sysext-kiln/error";
import type { Asset, Release, ReleaseHost } from "@sysext-kiln/release-host";

/** An asset that a draft has to hold, and how it gets there. */
export interface WantedAsset {
  name: string;
  sha256: string;
  put: (draft: Release) => Promise<void>;
}

/**
 * Brings a draft to hold exactly the wanted assets, and proves it by reading them back. What an earlier run uploaded
 * whole stays; anything else goes.
 * @throws KilnError `digest-mismatch` where the host holds other bytes than were sent
 */
export async function fillDraft(
  host: ReleaseHost,
  draft: Release,
  wanted: readonly WantedAsset[],
): Promise<void> {
  const before = draft.assets.length > 0 ? await host.readBack(draft) : [];
  for (const asset of before) {
    if (!wanted.some((one) => isHeld(one, [asset]))) await host.removeAsset(draft, asset.name);
  }
  const missing = wanted.filter((one) => !isHeld(one, before));
  await Promise.all(missing.map((one) => one.put(draft)));

  const held = await host.readBack(draft);
  const wrong = wanted.find((one) => !isHeld(one, held));
  if (!wrong) return;
  const found = held.find(({ name }) => name === wrong.name);
  throw new KilnError("digest-mismatch", {
    expected: `${wrong.name} of draft ${draft.tag} on ${host.name} to have the SHA-256 ${wrong.sha256}`,
    found: found ? `${found.size} bytes with ${found.sha256 ?? "an unknown digest"}` : "no such asset",
    next: "run it again; the draft has not been published",
  });
}

function isHeld({ name, sha256 }: WantedAsset, assets: readonly Asset[]): boolean {
  return assets.some((asset) => asset.name === name && asset.complete && asset.sha256 === sha256);
}
