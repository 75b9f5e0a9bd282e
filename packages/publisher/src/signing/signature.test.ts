import { generateKey } from "openpgp";
import { describe, expect, test } from "vitest";
import { checkSignature, createSignature } from "./signature.ts";

const now = new Date();
const text = Buffer.from("the manifest\n");
const { privateKey, publicKey } = await generateKey({
  userIDs: { name: "test" },
  subkeys: [],
  format: "object",
});
const signature = Buffer.from(await createSignature(text.toString(), privateKey, now));

/** The signature as one of another version of OpenPGP, which the library cannot read. */
function ofVersion(version: number): Buffer {
  // A header of two bytes, as the signature is shorter than 192 bytes (RFC 9580, section 4.2.1).
  const changed = Buffer.from(signature);
  expect(changed[2]).toBe(4);
  changed[2] = version;
  return changed;
}

const check = (bytes: Uint8Array, given: Uint8Array) => checkSignature(bytes, given, [publicKey], now);

test("a signature is valid, by the fingerprint of its key", async () => {
  const fingerprint = publicKey.getFingerprint().toUpperCase();
  expect(await check(text, signature)).toEqual({ valid: true, fingerprint });
});

describe("a signature is invalid", () => {
  test.each([1, 2, 3, 5, 6, 255])("if it is of version %d, which nothing verifies", async (version) => {
    for (const bytes of [text, Buffer.from("another manifest\n")])
      expect(await check(bytes, ofVersion(version))).toMatchObject({ valid: false });
  });

  test.each<[string, () => Uint8Array]>([
    ["another one follows that nothing verifies", () => Buffer.concat([signature, ofVersion(5)])],
    [
      "it is the same one twice, of which one is cut off",
      () => Buffer.concat([signature, signature.subarray(0, 20)]),
    ],
    ["it is empty", () => Buffer.alloc(0)],
    ["it is a key", () => publicKey.write()],
    ["its key ID is missing", () => withoutKeyId()],
  ])("if %s", async (_, given) => {
    expect(await check(text, given())).toMatchObject({ valid: false });
    expect(await check(Buffer.from("another manifest\n"), given())).toMatchObject({ valid: false });
  });
});

/** A signature whose subpacket with the key ID has a type that nobody knows. */
function withoutKeyId(): Buffer {
  const changed = Buffer.from(signature);
  // Subpackets 16 (issuer key ID) and 33 (issuer fingerprint) with their lengths.
  for (const header of [
    [9, 16],
    [22, 33],
  ]) {
    const at = changed.indexOf(Buffer.from(header));
    expect(at).toBeGreaterThan(0);
    changed[at + 1] = 100;
  }
  return changed;
}
