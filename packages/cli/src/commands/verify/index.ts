import type { Command } from "commander";
import { command, jsonOption } from "../../command.ts";

export function addVerifyCommand(program: Command): void {
  command(program, "verify", "verifies published releases as a host does", [
    "kiln verify public",
    "kiln verify http://localhost:8080 --key import-pubring.gpg",
  ])
    .argument(
      "<source>",
      "where releases are published: a directory, github:OWNER/REPO, or the base URL that hosts use",
    )
    .option("--key <file>", "the public key or keys that must have signed everything, binary or armored")
    .addOption(jsonOption())
    .action(async (source: string, _: unknown, self: Command) =>
      (await import("./run.ts")).verify(source, self.optsWithGlobals()),
    );
}
