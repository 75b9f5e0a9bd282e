import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { usage } from "./usage.ts";

/** The two keys of keepalived's `auth_hmac`: one signs, the other one is for the next rotation. */
export type HmacKeys = readonly [string, string];

/** The files of the keys in an overlay, by slot. */
export const hmacKeyFiles = ["hmac-key-1", "hmac-key-2"] as const;

/** A random key of 32 bytes, as keepalived reads it from a file (keepalived.conf(5), "auth_hmac"). */
export function newHmacKey(): string {
  return `hex:${randomBytes(32).toString("hex")}`;
}

/**
 * The files of keys that are missing in an overlay that had keys: because somebody replaces a key, or because a clone of the
 * repository does not have the files that git ignores.
 */
export async function missingHmacKeys(folder: string): Promise<readonly string[]> {
  const path = join(folder, "kustomization.yaml");
  if (!existsSync(path) || !(await readFile(path, "utf8")).includes("components/hmac")) return [];
  return hmacKeyFiles.filter((file) => !existsSync(join(folder, file)));
}

/**
 * The keys of an existing overlay, and a new one for each slot whose file is missing. Errors never contain them.
 * @param folder undefined if there is no overlay
 * @throws KilnError `usage`, or the operating system's error for a path
 */
export async function hmacKeysFor(folder: string | undefined): Promise<HmacKeys> {
  const keyOf = async (file: string) => {
    const path = folder === undefined ? undefined : join(folder, file);
    return path !== undefined && existsSync(path) ? await readKey(path) : newHmacKey();
  };
  return [await keyOf(hmacKeyFiles[0]), await keyOf(hmacKeyFiles[1])];
}

async function readKey(path: string): Promise<string> {
  const key = (await readFile(path, "utf8")).replace(/[\r\n]+$/, "");
  if (/^hex:([0-9a-f]{2}){32,64}$/i.test(key) || /^(?!hex:)[!-~]{32,64}$/.test(key)) return key;
  throw usage(
    `a key in ${path}: 32 to 64 printable characters without spaces, or as many bytes in hex after hex:`,
    "something else",
    "remove the file, and a new key is written; the Secret in the cluster does not change by itself",
  );
}
