import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import {
  cacheDirectory,
  ensurePrograms,
  machinePrograms,
  readRegularFile,
  runInSandbox,
  withWorkFolder,
} from "@sysext-kiln/machine";

/** The largest file of public keys, in bytes. */
const largestKey = 1_000_000;

/** What is signed, and where its parts are. */
export interface Signed {
  /** Its file on this machine. */
  path: string;
  signature: Buffer;
  /** What messages call them: their URLs. */
  names: { signed: string; signature: string };
}

/**
 * Verifies a detached OpenPGP signature, with gpgv(1) in the sandbox because upstream's data is not trusted.
 * The files in the extension's folder decide which keys are: an expired one stays valid until it is replaced.
 * @param keys paths in the folder
 * @returns the fingerprint of the primary key that signed, in upper-case hex
 * @throws KilnError `signature-invalid`, `key-invalid`
 */
export async function verifySignature(
  { path, signature, names }: Signed,
  folder: string,
  keys: readonly string[],
): Promise<string> {
  await ensurePrograms(["gpgv", "bwrap"], () => undefined);
  return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    // The sandbox has another user.
    await chmod(work, 0o755);
    const keyring = await Promise.all(keys.map((key) => readKey(join(folder, key), key)));
    await writeFile(join(work, "keyring.gpg"), Buffer.concat(keyring));
    await writeFile(join(work, "signature"), signature);
    const options = ["--status-fd", "1", "--weak-digest", "SHA1", "--keyring", "/signed/keyring.gpg"];
    const { stdout, stderr } = await runInSandbox(["gpgv", ...options, "/signed/signature", "/signed-file"], {
      root: machinePrograms,
      readOnly: [
        { source: work, target: "/signed" },
        { source: path, target: "/signed-file" },
      ],
      limits: { seconds: 600 },
    });
    const result = readStatus(stdout);
    if ("key" in result) return result.key;
    throw signatureInvalid(names, keys, result.found ?? (stderr.trim().split("\n").at(-1) || "no signature"));
  });
}

/** The error for a signature that is missing or invalid. */
export function signatureInvalid(names: Signed["names"], keys: readonly string[], found: string): KilnError {
  return new KilnError("signature-invalid", {
    expected: `${names.signature} to be a signature of ${names.signed} by a key in ${keys.join(" or ")}`,
    found,
    next: 'do not use this version: ask upstream, and add it to "versions.exclude". If upstream has a new key, review it, and replace the file in the extension\'s folder',
  });
}

/** Reads what gpgv reports with `--status-fd` (GnuPG's doc/DETAILS). Every signature must be valid. */
function readStatus(status: string): { key: string } | { found: string | undefined } {
  const lines = status.split("\n").map((line) => line.replace("[GNUPG:] ", "").split(" "));
  const all = (keyword: string) => lines.filter(([first]) => first === keyword);
  const [bad] = all("BADSIG");
  if (bad) return { found: `an invalid signature by key ${bad[1]}: what it signs has been changed` };
  const [revoked] = all("REVKEYSIG");
  if (revoked) return { found: `a signature by key ${revoked[1]}, which has been revoked` };
  const [expired] = all("EXPSIG");
  if (expired) return { found: `a signature by key ${expired[1]} that has expired` };
  const [unknown] = all("NO_PUBKEY");
  if (unknown) return { found: `a signature by key ${unknown[1]}` };
  const [failed] = all("ERRSIG");
  if (failed) return { found: `a signature by key ${failed[1]} that cannot be verified` };
  const [valid] = all("VALIDSIG");
  const key = valid?.[10] ?? valid?.[1];
  return key === undefined ? { found: undefined } : { key };
}

/** Reads a file with public keys as the binary keyring that gpgv needs. */
async function readKey(path: string, shown: string): Promise<Buffer> {
  const bytes = await readRegularFile(path, largestKey).catch((cause: unknown) => {
    throw isKilnError(cause) ? cause : keyInvalid(shown, String(cause), cause);
  });
  const text = bytes.toString("latin1");
  if (!text.includes("-----BEGIN PGP")) return Buffer.from(bytes);
  const blocks = text.split("-----BEGIN PGP PUBLIC KEY BLOCK-----").slice(1).map(dearmor);
  if (blocks.length > 0 && blocks.every(({ length }) => length > 0)) return Buffer.concat(blocks);
  throw keyInvalid(shown, "no armored public key");
}

/** The bytes of an armored block (RFC 9580, 6.2): base64 after a blank line, up to a checksum or the end. */
function dearmor(block: string): Buffer {
  const [body = ""] = block.split("-----END PGP", 1);
  const lines = body.split(/\r?\n/);
  const data = lines.slice(lines.findIndex((line, index) => index > 0 && line.trim() === "") + 1);
  const end = data.findIndex((line) => line.startsWith("="));
  return Buffer.from(data.slice(0, end === -1 ? undefined : end).join(""), "base64");
}

function keyInvalid(shown: string, found: string, cause?: unknown): KilnError {
  return new KilnError("key-invalid", {
    expected: `an OpenPGP public key in ${shown} of the extension's folder`,
    found,
    next: "add the key that upstream signs with: gpg --export --armor KEY",
    cause,
  });
}
