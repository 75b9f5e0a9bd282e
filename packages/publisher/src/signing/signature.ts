import { KilnError } from "@sysext-kiln/error";
import type { Key, PrivateKey, Signature } from "openpgp";
import { z } from "zod";
import { manifestName } from "../manifest.ts";

/** The file name of the signature, which systemd-sysupdate fetches with the manifest if `Verify=` is on. */
export const signatureName = `${manifestName}.gpg`;

/** Creates a binary detached signature, which hosts read as `SHA256SUMS.gpg`. */
export async function createSignature(text: string, key: PrivateKey, now: Date): Promise<Uint8Array> {
  const { createMessage, sign } = await import("openpgp");
  const message = await createMessage({ binary: new Uint8Array(Buffer.from(text)) });
  const signature: unknown = await sign({
    message,
    signingKeys: key,
    detached: true,
    format: "binary",
    date: now,
  });
  return z.instanceof(Uint8Array).parse(signature);
}

/** The result of checking a signature: the key that made it, or what is wrong with it. */
export type SignatureCheck = { valid: true; fingerprint: string } | { valid: false; found: string };

/**
 * Checks a binary detached signature against public keys. If it contains several signatures, each must be
 * valid.
 */
export async function checkSignature(
  bytes: Uint8Array,
  signature: Uint8Array,
  keys: readonly Key[],
  now: Date,
): Promise<SignatureCheck> {
  const { createMessage, SignaturePacket, verify } = await import("openpgp");
  const parsed = await readBinary(signature);
  if (!parsed) return { valid: false, found: "not a binary OpenPGP signature" };
  const packets = parsed.packets.filter((packet) => packet instanceof SignaturePacket);
  if (packets.length === 0) return { valid: false, found: "no signature" };
  // The library keeps packets that it does not know, such as signatures of other versions. They have no key
  // ID, and it verifies nothing for them.
  if (packets.length < parsed.packets.length)
    return { valid: false, found: "a signature of an unknown kind" };
  const ids = packets.map(({ issuerKeyID }) => issuerKeyID);
  const signers = ids.map((id) => keys.find((key) => key.getKeys(id).length > 0));
  const [signer] = signers;
  if (!signer || signers.includes(undefined)) {
    const shown = ids.map((id) => id.toHex().toUpperCase());
    return { valid: false, found: `a signature by ${shown.join(" and ")}` };
  }
  try {
    const { signatures } = await verify({
      message: await createMessage({ binary: new Uint8Array(bytes) }),
      signature: parsed,
      verificationKeys: [...keys],
      format: "binary",
      // The clock of the signer may be ahead of this one; gpgv accepts that.
      date: new Date(Math.max(now.getTime(), ...parsed.packets.map(({ created }) => Number(created)))),
      // If a key's expiry was extended, its self-signature is newer than earlier signatures; gpgv accepts
      // those.
      config: { allowInsecureVerificationWithReformattedKeys: true },
    });
    await Promise.all(signatures.map(({ verified }) => verified));
    if (signatures.length !== packets.length)
      return { valid: false, found: "a signature that was not verified" };
    return { valid: true, fingerprint: signer.getFingerprint().toUpperCase() };
  } catch (error) {
    return { valid: false, found: error instanceof Error ? error.message : "an invalid signature" };
  }
}

export function signatureInvalid(expected: string, found: string): KilnError {
  return new KilnError("signature-invalid", {
    expected,
    found,
    next: "do not let hosts update from here until you know why; docs/signing.md explains how to change keys",
  });
}

async function readBinary(signature: Uint8Array): Promise<Signature | undefined> {
  const { readSignature } = await import("openpgp");
  return readSignature({ binarySignature: new Uint8Array(signature) }).catch(() => undefined);
}
