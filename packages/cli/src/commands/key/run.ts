import { readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { addSigningKeys } from "@sysext-kiln/extension/edit";
import { settings } from "@sysext-kiln/machine";
import {
  importKey as importKeyFile,
  newKey as createKey,
  openKeyring,
  publicKeyring,
  type KeyFiles,
} from "@sysext-kiln/publisher";
import { z } from "zod";
import { commonOptions } from "../../selection.ts";

const newOptions = z.object({
  output: z.string().min(1),
  name: z.string().regex(/^[^\p{Cc}]+$/u),
});

/** Creates a key, protected by KILN_SIGNING_PASSPHRASE if that is set. */
export async function newKey(given: unknown): Promise<void> {
  const parsed = newOptions.safeParse(given, { reportInput: true });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new KilnError("usage", {
      expected: "--output to be a path, and --name to be a name on one line",
      found: `--${String(issue?.path[0])} ${JSON.stringify(issue?.input)}`,
      next: "./kiln key new --help has an example",
    });
  }
  const { output, name } = parsed.data;
  printKey(await createKey(output, { name, passphrase: settings().signingPassphrase }));
}

/** Checks an existing private key, and writes its public keyring for hosts. */
export async function importKey(path: string): Promise<void> {
  printKey(await importKeyFile(path, settings().signingPassphrase));
}

/** Adds the fingerprints of keys to those that `kiln.yaml` names. */
export async function trustKeys(paths: readonly string[], given: unknown): Promise<void> {
  const { extensions } = commonOptions.parse(given);
  const file = join(dirname(resolve(extensions)), "kiln.yaml");
  const shown = relative(process.cwd(), file);
  const keyrings = await Promise.all(paths.map(openKeyring));
  const fingerprints = keyrings.flatMap((keyring) => keyring.fingerprints);
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  });
  await writeFile(`${file}.new`, addSigningKeys(text, shown, fingerprints));
  await rename(`${file}.new`, file);
  process.stdout.write(`${shown}: what ${fingerprints.join(" and ")} signed counts as this repository's\n`);
}

/** Prints the public keyring of keys. */
export async function publicKey(paths: readonly string[]): Promise<void> {
  const keyring = await publicKeyring(paths);
  if (process.stdout.isTTY) {
    throw new KilnError("usage", {
      expected: "the output to be a file or a pipe, because the keyring is binary",
      found: "a terminal",
      next: `./kiln key public ${paths.join(" ")} > import-pubring.gpg`,
    });
  }
  process.stdout.write(keyring);
}

function printKey({ fingerprint, privateKey, keyring }: KeyFiles): void {
  const lines = [
    `key ${fingerprint}`,
    `  private: ${privateKey} (keep it secret: KILN_SIGNING_KEY_FILE names it, or a CI secret holds its text as KILN_SIGNING_KEY)`,
    `  public:  ${keyring} (hosts need it as /etc/systemd/import-pubring.gpg)`,
    `  trust:   ./kiln key trust ${keyring} writes "signingKeys: [${fingerprint}]" into kiln.yaml`,
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
}
