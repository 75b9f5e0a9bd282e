import { KilnError } from "@sysext-kiln/error";
import { settings } from "@sysext-kiln/machine";
import {
  importKey as importKeyFile,
  newKey as makeKey,
  publicKeyring,
  type KeyFiles,
} from "@sysext-kiln/publisher";
import { z } from "zod";

const newOptions = z.object({
  output: z.string().min(1),
  name: z.string().regex(/^[^\p{Cc}]+$/u),
});

/** Makes a key; with KILN_SIGNING_PASSPHRASE in the environment, one that this passphrase protects. */
export async function newKey(given: unknown): Promise<void> {
  const parsed = newOptions.safeParse(given);
  if (!parsed.success) {
    throw new KilnError("usage", {
      expected: "a path after --output, and a name on one line after --name",
      found: `another ${String(parsed.error.issues[0]?.path[0])}`,
      next: "./kiln key new --help has an example",
    });
  }
  const { output, name } = parsed.data;
  tell(await makeKey(output, { name, passphrase: settings().signingPassphrase }));
}

/** Tries a key that was made elsewhere, and writes the keyring that hosts need of it. */
export async function importKey(path: string): Promise<void> {
  tell(await importKeyFile(path, settings().signingPassphrase));
}

/** Prints the public keyring of keys. */
export async function publicKey(paths: readonly string[]): Promise<void> {
  const keyring = await publicKeyring(paths);
  if (process.stdout.isTTY) {
    throw new KilnError("usage", {
      expected: "a file or a pipe to print a binary keyring to",
      found: "a terminal",
      next: `./kiln key public ${paths.join(" ")} > import-pubring.gpg`,
    });
  }
  process.stdout.write(keyring);
}

function tell({ fingerprint, privateKey, keyring }: KeyFiles): void {
  const lines = [
    `key ${fingerprint}`,
    `  private: ${privateKey} (keep it secret: KILN_SIGNING_KEY_FILE names it, or a CI secret holds its text as KILN_SIGNING_KEY)`,
    `  public:  ${keyring} (hosts need it as /etc/systemd/import-pubring.gpg)`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
