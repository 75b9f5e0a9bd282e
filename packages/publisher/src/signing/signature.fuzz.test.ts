import { fc, fuzz, mutatedBytes, mutatedText, outcomeOf } from "@sysext-kiln/fuzz";
import { generateKey } from "openpgp";
import { describe, expect } from "vitest";
import { parseKeyring } from "./keyring.ts";
import { createSignature } from "./signature.ts";

const now = new Date();
const text = `${"0".repeat(64)}  etcd-3.5.30-x86-64.raw\n`;
const make = () =>
  generateKey({ userIDs: { name: "fuzz" }, subkeys: [], format: "object", date: new Date("2026-01-01") });
const [own, foreign] = [await make(), await make()];
const keys = [own, foreign].map(({ publicKey }) => publicKey.write());
const keyring = await parseKeyring(own.publicKey.write(), "the keyring");
const signatures = [
  await createSignature(text, own.privateKey, now),
  await createSignature(text, foreign.privateKey, now),
];
const armored = [own.publicKey.armor(), `${foreign.publicKey.armor()}\n${own.publicKey.armor()}`];
const blocks = ["-----BEGIN PGP ", "-----END PGP ", "PUBLIC KEY BLOCK-----\n", "\n\n", "=AAAA\n"];

describe("keys from anywhere", () => {
  fuzz("are rejected, or are public keys that a keyring can be made from", mutatedBytes(keys), (bytes) =>
    checkKeys(bytes),
  );

  fuzz("that are armored are handled in the same way", mutatedText(armored, blocks), (all) =>
    checkKeys(Buffer.from(all)),
  );
});

async function checkKeys(bytes: Uint8Array): Promise<void> {
  const outcome = await outcomeOf(["key-invalid"], () => parseKeyring(bytes, "the keyring"));
  if (!outcome.accepted) return;
  const { fingerprints, bytes: written } = outcome.value;
  for (const fingerprint of fingerprints) expect(fingerprint).toMatch(/^[0-9A-F]{32,64}$/);
  expect((await parseKeyring(written, "again")).fingerprints).toEqual(fingerprints);
}

describe("a signature", () => {
  fuzz(
    "from anywhere is by the key of the keyring, or rejected",
    mutatedBytes(signatures),
    async (signature) => {
      const check = () => keyring.check(Buffer.from(text), signature, "the manifest", now);
      const outcome = await outcomeOf(["signature-invalid"], check);
      if (outcome.accepted) expect(outcome.value).toBe(own.publicKey.getFingerprint().toUpperCase());
    },
  );

  fuzz(
    "is bad for every other text",
    fc.tuple(mutatedText([text]), mutatedBytes(signatures)),
    async ([other, signature]) => {
      if (other === text) return;
      const check = () => keyring.check(Buffer.from(other), signature, "the manifest", now);
      expect(await outcomeOf(["signature-invalid"], check)).toMatchObject({ accepted: false });
    },
  );
});
