import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { notesRecord, type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { z } from "zod";
import type { WantedAsset } from "../fill-draft.ts";
import { manifestName } from "../manifest.ts";
import { sha256Of } from "../sha256.ts";
import { keyringName } from "./keyring.ts";
import { signatureName } from "./signature.ts";
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
  store: ReleaseStore,
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
        put: (draft: Release) => store.upload(draft, name, path),
      };
    }),
  );
}

/**
 * What the notes of an update directory say to the next run: a host lists notes with the releases, so that a run with
 * nothing to do reads no asset but the manifest. The signature itself is in them, to be verified.
 */
const recordSchema = z.object({
  signature: z.base64(),
  /** Of the keyring beside it, in which more than the key can change. */
  keyring: z.hash("sha256"),
});

const signatureRecord = notesRecord("kiln-signature", recordSchema);

/** A line for the notes that people do not see; empty where nothing is signed. */
export function formatSignatureRecord({ signed }: SignedManifest): string {
  if (!signed) return "";
  const record: z.infer<typeof recordSchema> = {
    signature: Buffer.from(signed.signature).toString("base64"),
    keyring: sha256Of(signed.keyring),
  };
  return `${signatureRecord.format(record)}\n`;
}

/** Whether a release's manifest is signed by this signer, and its signature and keyring are in their places. */
export async function isSignedBy(
  signer: Signer,
  release: Release,
  manifest: string,
  now: Date,
): Promise<boolean> {
  const record = signatureRecord.parse(release.notes);
  if (!record || record.keyring !== sha256Of(signer.keyring)) return false;
  const signature = Buffer.from(record.signature, "base64");
  return (
    holds(release, keyringName, signer.keyring) &&
    holds(release, signatureName, signature) &&
    (await signer.verifies(manifest, signature, now))
  );
}

function holds({ assets }: Release, name: string, bytes: Uint8Array): boolean {
  return assets.some(
    (asset) =>
      asset.name === name &&
      asset.complete &&
      asset.size === bytes.length &&
      (asset.sha256 === undefined || asset.sha256 === sha256Of(bytes)),
  );
}
