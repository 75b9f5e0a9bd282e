import { readFile } from "node:fs/promises";
import { KilnError, refusalOf, systemCode } from "@sysext-kiln/error";
import type { Key } from "openpgp";
import { readKeys } from "./read-keys.ts";

/**
 * The bytes of a file that a person named as a key.
 * @param where how messages name it; there is no cause, which would name the path
 * @throws KilnError `key-invalid`
 */
export async function readKeyFile(path: string, where: string = path): Promise<Uint8Array> {
  return readFile(path).catch((error: unknown) => {
    throw new KilnError("key-invalid", {
      expected: `a key that can be read in ${where}`,
      found: refusalOf(error) ?? systemCode(error) ?? "an error",
      next: "check the path and who may read it",
    });
  });
}

/** The keys of a file. */
export async function readKeysOf(path: string): Promise<Key[]> {
  return readKeys(await readKeyFile(path), path);
}
