import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "@sysext-kiln/testbed";

/** The real gpg, with its own home. */
export interface Gpg extends AsyncDisposable {
  /** A folder for the test's files. */
  folder: string;
  run(...args: string[]): Promise<string>;
  /** Creates a key and returns the armored private key. */
  makeKey(name: string, options?: GpgKeyOptions): Promise<string>;
  /** Whether gpgv, which hosts use, accepts a signature of a file. */
  verifies(keyring: string, signature: string, file: string): Promise<boolean>;
}

export interface GpgKeyOptions {
  algorithm?: string;
  passphrase?: string;
  /** A date or a number of days in gpg's notation; `0` means never. */
  expires?: string;
  /** When it is created, for gpg's `--faked-system-time`. */
  at?: string;
}

export async function openGpg(): Promise<Gpg> {
  await ensureTestPrograms("gpg", "gpgv");
  const folder = await mkdtemp(join(tmpdir(), "kiln-gpg-"));
  const env = { GNUPGHOME: folder };
  const gpg = (...args: string[]) =>
    run("gpg", ["--batch", "--quiet", "--pinentry-mode", "loopback", ...args], { env });
  return {
    folder,
    run: gpg,
    async makeKey(name, { algorithm = "ed25519", passphrase = "", expires = "0", at } = {}) {
      const time = at === undefined ? [] : ["--faked-system-time", at];
      const words = ["--passphrase", passphrase];
      await gpg(...time, ...words, "--quick-generate-key", name, algorithm, "sign", expires);
      return gpg(...words, "--armor", "--export-secret-keys", name);
    },
    async verifies(keyring, signature, file) {
      return (await tryRun("gpgv", ["--keyring", keyring, signature, file], { env })).status === 0;
    },
    async [Symbol.asyncDispose]() {
      await tryRun("gpgconf", ["--kill", "all"], { env });
      await rm(folder, { recursive: true });
    },
  };
}
