import { KilnError } from "@sysext-kiln/error";
import type { Key, PrivateKey, Signature } from "openpgp";
import { z } from "zod";
import { manifestName } from "../manifest.ts";

/** The signature that systemd-sysupdate fetches beside the manifest, where its `Verify=` is on. */
export const signatureName = `${manifestName}.gpg`;

/** A binary detached signature: what hosts read as `SHA256SUMS.gpg`. */
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

/** What became of checking a signature: whose it is, or what is wrong with it. */
export type SignatureCheck = { good: true; fingerprint: string } | { good: false; found: string };

/** Checks a binary detached signature against public keys; where it holds several signatures, each must be good. */
export async function checkSignature(
  bytes: Uint8Array,
  signature: Uint8Array,
  keys: readonly Key[],
  now: Date,
): Promise<SignatureCheck> {
  const { createMessage, verify } = await import("openpgp");
  const parsed = await readBinary(signature);
  if (!parsed) return { good: false, found: "no binary OpenPGP signature" };
  const signers = parsed.getSigningKeyIDs().map((id) => keys.find((key) => key.getKeys(id).length > 0));
  const [signer] = signers;
  if (!signer || signers.includes(undefined)) {
    const ids = parsed.getSigningKeyIDs().map((id) => id.toHex().toUpperCase());
    return { good: false, found: ids.length > 0 ? `a signature by ${ids.join(" and ")}` : "no signature" };
  }
  try {
    const { signatures } = await verify({
      message: await createMessage({ binary: new Uint8Array(bytes) }),
      signature: parsed,
      verificationKeys: [...keys],
      format: "binary",
      // The clock that signed may be ahead of this one; gpgv does not mind.
      date: new Date(Math.max(now.getTime(), ...parsed.packets.map(({ created }) => Number(created)))),
      // A key whose expiry was put off has a new self-signature, younger than what it signed before; gpgv takes it.
      config: { allowInsecureVerificationWithReformattedKeys: true },
    });
    await Promise.all(signatures.map(({ verified }) => verified));
    return { good: true, fingerprint: signer.getFingerprint().toUpperCase() };
  } catch (error) {
    return { good: false, found: error instanceof Error ? error.message : "a wrong signature" };
  }
}

export function signatureInvalid(expected: string, found: string): KilnError {
  return new KilnError("signature-invalid", {
    expected,
    found,
    next: "do not let hosts update from here before it is known why; docs/signing.md says how keys are changed",
  });
}

async function readBinary(signature: Uint8Array): Promise<Signature | undefined> {
  const { readSignature } = await import("openpgp");
  return readSignature({ binarySignature: new Uint8Array(signature) }).catch(() => undefined);
}
