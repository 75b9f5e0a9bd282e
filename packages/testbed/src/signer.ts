import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureTestPrograms } from "./programs.ts";

/** Somebody with an OpenPGP key, who signs with the real gpg. */
export interface Signer extends AsyncDisposable {
  /** The fingerprint of the key, in upper-case hex. */
  fingerprint: string;
  /** The public key. */
  exportKey(options?: { armor?: boolean }): Buffer;
  /** A detached signature. @param options.hasExpired whether it was valid only for a day, years ago */
  sign(content: string | Buffer, options?: { armor?: boolean; hasExpired?: boolean }): Buffer;
}

/** When keys were made. */
const longAgo = ["--faked-system-time", "20200101T000000"];

/** The options of gpg for a format. */
function armored({ armor = false } = {}): readonly string[] {
  return armor ? ["--armor"] : [];
}

/** Makes a new key in a folder of its own. */
export async function openSigner(name: string): Promise<Signer> {
  await ensureTestPrograms("gpg");
  const home = await mkdtemp(join(tmpdir(), "kiln-gpg-"));
  const quiet = ["--homedir", home, "--batch", "--quiet", "--pinentry-mode", "loopback", "--passphrase", ""];
  const gpg = (args: readonly string[], input: string | Buffer = "") =>
    execFileSync("gpg", [...quiet, ...args], { input, stdio: ["pipe", "pipe", "ignore"] });
  gpg([...longAgo, "--quick-generate-key", `${name} <${name}@example.org>`, "ed25519", "sign", "never"]);
  const keys = gpg(["--with-colons", "--list-keys"]).toString();
  return {
    fingerprint: /^fpr:+(?<hex>[0-9A-F]{40}):/m.exec(keys)?.groups?.["hex"] ?? "",
    exportKey: (options) => gpg([...armored(options), "--export"]),
    sign(content, options) {
      const expired = options?.hasExpired ? [...longAgo, "--default-sig-expire", "1d"] : [];
      return gpg([...armored(options), ...expired, "--detach-sign"], content);
    },
    async [Symbol.asyncDispose]() {
      execFileSync("gpgconf", ["--homedir", home, "--kill", "all"], { stdio: "ignore" });
      await rm(home, { recursive: true, force: true });
    },
  };
}
