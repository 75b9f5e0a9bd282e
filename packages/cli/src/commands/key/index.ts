import type { Command } from "commander";
import { command } from "../../command.ts";

/** Adds `key` and its subcommands. */
export function addKeyCommands(program: Command): void {
  const key = command(program, "key", "creates and reads the keys that sign releases", [
    "kiln key new --output signing-key.asc",
    "kiln key public signing-key.asc > import-pubring.gpg",
  ]);

  command(key, "new", "creates a key, protected by KILN_SIGNING_PASSPHRASE if that is set", [
    "kiln key new --output signing-key.asc --name 'Example Kiln <kiln@example.org>'",
  ])
    .requiredOption(
      "--output <file>",
      "the file for the private key; import-pubring.gpg is written next to it",
    )
    .option("--name <name>", "the name of the key's owner", "sysext-kiln")
    .action(async (options: unknown) => (await import("./run.ts")).newKey(options));

  command(key, "import", "checks an existing private key, and writes its import-pubring.gpg next to it", [
    "kiln key import signing-key.asc",
  ])
    .argument("<file>", "the private key, armored or binary")
    .action(async (path: string) => (await import("./run.ts")).importKey(path));

  command(key, "trust", "adds the fingerprints of keys to signingKeys in kiln.yaml", [
    "kiln key trust import-pubring.gpg",
  ])
    .argument("<file...>", "keys, private or public, armored or binary")
    .action(async (paths: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).trustKeys(paths, self.optsWithGlobals()),
    );

  command(key, "public", "prints the binary public keyring that hosts need", [
    "kiln key public signing-key.asc > import-pubring.gpg",
    "kiln key public old-key.asc new-key.asc > import-pubring.gpg",
  ])
    .argument("<file...>", "keys, private or public, armored or binary")
    .action(async (paths: string[]) => (await import("./run.ts")).publicKey(paths));
}
