import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Release, ReleaseHost } from "@sysext-kiln/release-host";
import type { WantedAsset } from "../fill-draft.ts";
import { manifestName } from "../manifest.ts";
import { sha256Of } from "../sha256.ts";
import { keyringName, signatureName } from "./names.ts";
import type { Signer } from "./signer.ts";

/** A manifest, and where there is a signer, its signature with the keyring that verifies it. */
export interface SignedManifest {
  text: string;
  signed: { signature: Uint8Array; keyring: Uint8Array } | undefined;
}

export async function signManifest(
  text: string,
  signer: Signer | undefined,
  now: Date,
): Promise<SignedManifest> {
  if (!signer) return { text, signed: undefined };
  return { text, signed: { signature: await signer.sign(text, now), keyring: signer.keyring } };
}

/**
 * A manifest and what belongs to it, as assets of a draft. A signature that a killed run left in the draft has another
 * digest, as it has another date, and is replaced: it is a hundred bytes, and a draft is nobody's yet. So keys whose
 * signatures are random by nature (ECDSA) need nothing special.
 * @param folder where the files are written first
 */
export async function manifestAssets(
  host: ReleaseHost,
  { text, signed }: SignedManifest,
  folder: string,
): Promise<WantedAsset[]> {
  const files: Record<string, string | Uint8Array> = {
    [manifestName]: text,
    ...(signed && { [signatureName]: signed.signature, [keyringName]: signed.keyring }),
  };
  return Promise.all(
    Object.entries(files).map(async ([name, bytes]) => {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return {
        name,
        sha256: sha256Of(bytes),
        size: Buffer.byteLength(bytes),
        put: (draft: Release) => host.upload(draft, name, path),
      };
    }),
  );
}
