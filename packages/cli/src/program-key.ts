import type { Command } from "commander";
import { command } from "./command.ts";

/** The commands below `key`. */
export function addKeyCommands(key: Command): void {
  command(key, "new", "makes a key (protected by KILN_SIGNING_PASSPHRASE, where that is set)", [
    "kiln key new --output signing-key.asc --name 'Example Kiln <kiln@example.org>'",
  ])
    .requiredOption("--output <file>", "where the private key goes; its import-pubring.gpg goes beside it")
    .option("--name <name>", "whose key it is", "sysext-kiln")
    .action(async (options: unknown) => (await import("./commands/key.ts")).newKey(options));

  command(key, "import", "tries a private key made elsewhere, and writes its import-pubring.gpg beside it", [
    "kiln key import signing-key.asc",
  ])
    .argument("<file>", "the private key, armored or binary")
    .action(async (path: string) => (await import("./commands/key.ts")).importKey(path));

  command(key, "public", "prints the binary public keyring that hosts need", [
    "kiln key public signing-key.asc > import-pubring.gpg",
    "kiln key public old-key.asc new-key.asc > import-pubring.gpg",
  ])
    .argument("<file...>", "keys, private or public, armored or binary")
    .action(async (paths: string[]) => (await import("./commands/key.ts")).publicKey(paths));
}
