import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { notesRecord, type Release, type ReleaseStore } from "@sysext-kiln/release-store";
import { z } from "zod";
import { manifestName } from "../manifest.ts";
import type { DraftAsset } from "../publish-draft.ts";
import { keyringName } from "./keyring.ts";
import { signatureName } from "./signature.ts";
import type { Signer } from "./signer.ts";

/** A manifest; if there is a signer, with its signature and the keyring that verifies it. */
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
 * A manifest with its signature and keyring, and other texts that it lists, as assets of a draft. A signature that a killed run left in the
 * draft has another date, and so another digest, and is replaced, which costs a hundred bytes. So keys whose
 * signatures are random (ECDSA) need no special treatment.
 * @param folder where the files are written first
 */
export async function manifestAssets(
  store: ReleaseStore,
  { text, signed }: SignedManifest,
  folder: string,
  texts: readonly { name: string; text: string }[] = [],
): Promise<DraftAsset[]> {
  const files: Record<string, string | Uint8Array> = {
    [manifestName]: text,
    ...Object.fromEntries(texts.map((one) => [one.name, one.text])),
    ...(signed && { [signatureName]: signed.signature, [keyringName]: signed.keyring }),
  };
  return Promise.all(
    Object.entries(files).map(async ([name, bytes]) => {
      const path = join(folder, name);
      await writeFile(path, bytes);
      return {
        name,
        sha256: hash("sha256", bytes),
        size: Buffer.byteLength(bytes),
        send: (draft: Release) => store.upload(draft, name, path),
      };
    }),
  );
}

/**
 * What the notes of an update directory record for the next run. A store lists notes together with the
 * releases, so a run with nothing to do reads only the manifest. The signature itself is included, so that it
 * can be verified.
 */
const recordSchema = z.object({
  signature: z.base64(),
  /** The digest of the keyring asset, which can change even if the key does not. */
  keyring: z.hash("sha256"),
});

const signatureRecord = notesRecord("kiln-signature", recordSchema);

/** A line for the notes that Markdown does not show; empty if nothing is signed. */
export function formatSignatureRecord({ signed }: SignedManifest): string {
  if (!signed) return "";
  const record: z.infer<typeof recordSchema> = {
    signature: Buffer.from(signed.signature).toString("base64"),
    keyring: hash("sha256", signed.keyring),
  };
  return `${signatureRecord.format(record)}\n`;
}

/**
 * What a release lacks to be signed by this signer: its manifest's signature, which its notes and its assets
 * have, and the keyring. Undefined if it lacks nothing.
 */
export async function whyNotSignedBy(
  signer: Signer,
  release: Release,
  manifest: string,
  now: Date,
): Promise<string | undefined> {
  const record = signatureRecord.parse(release.notes);
  if (!record) return "no signature in its notes";
  if (record.keyring !== hash("sha256", signer.keyring)) return "the keyring of another key";
  const signature = Buffer.from(record.signature, "base64");
  if (!hasBytes(release, keyringName, signer.keyring)) return "no keyring, or another one";
  if (!hasBytes(release, signatureName, signature)) return "no signature, or another one";
  return (await signer.verifies(manifest, signature, now)) ? undefined : "a signature of something else";
}

/** The signature and the keyring that a release has according to its notes, or else according to its assets. */
export function signatureAssets({
  notes,
  assets,
}: Release): { name: string; sha256?: string; size?: number }[] {
  const record = signatureRecord.parse(notes);
  if (!record)
    return [signatureName, keyringName].flatMap((name) =>
      assets.some((asset) => asset.name === name) ? [{ name }] : [],
    );
  const signature = Buffer.from(record.signature, "base64");
  return [
    { name: signatureName, sha256: hash("sha256", signature), size: signature.length },
    { name: keyringName, sha256: record.keyring },
  ];
}

function hasBytes({ assets }: Release, name: string, bytes: Uint8Array): boolean {
  return assets.some(
    (asset) =>
      asset.name === name &&
      asset.complete &&
      asset.size === bytes.length &&
      (asset.sha256 === undefined || asset.sha256 === hash("sha256", bytes)),
  );
}
