import { KilnError } from "@sysext-kiln/error";
import type { Key } from "openpgp";

const armoredBlock = /-----BEGIN PGP [^]*?-----END PGP [^\n]*/g;

/**
 * Reads OpenPGP keys, public or private, armored (any number of blocks) or binary.
 * @param where how messages name what holds them
 * @throws KilnError `key-invalid`, without a cause: the library's own messages may quote the text, which is secret
 */
export async function readKeys(bytes: Uint8Array, where: string): Promise<Key[]> {
  const { readKeys: read } = await import("openpgp");
  const text = Buffer.from(bytes).toString("latin1");
  const blocks = text.match(armoredBlock);
  try {
    if (blocks === null) return await read({ binaryKeys: Uint8Array.from(bytes) });
    const keys = await Promise.all(blocks.map((armoredKeys) => read({ armoredKeys })));
    return keys.flat();
  } catch {
    throw new KilnError("key-invalid", {
      expected: `an OpenPGP key in ${where}, armored or binary`,
      found: blocks === null ? "no key in it" : "a damaged armored block",
      next: "export the key again: gpg --export-secret-keys --armor KEY, or ./kiln key new --output FILE",
    });
  }
}
