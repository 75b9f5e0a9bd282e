import type { Command } from "commander";
import { command } from "../../command.ts";
import { jsonOption } from "../../options.ts";

export function addVerifyCommand(program: Command): void {
  command(program, "verify", "checks published releases as a host would", [
    "kiln verify public",
    "kiln verify http://localhost:8080 --key import-pubring.gpg",
  ])
    .argument(
      "<source>",
      "what was published: a directory, github:OWNER/REPO, or the base URL that hosts use",
    )
    .option("--key <file>", "the public key or keys that must have signed everything, binary or armored")
    .addOption(jsonOption())
    .action(async (source: string, _: unknown, self: Command) =>
      (await import("./run.ts")).verify(source, self.optsWithGlobals()),
    );
}
