import type { Command } from "commander";
import { command, extensionNames, fromOption, jsonOption, toOption } from "../../command.ts";

export function addReleaseCommand(program: Command): void {
  command(
    program,
    "release",
    "builds and publishes what is missing; this is what the scheduled workflow does",
    [
      "kiln release etcd keepalived --from debian --to public",
      "kiln release etcd --version 3.5.30 --dry-run",
      "kiln release --from github --to github:example/extensions",
    ],
  )
    .addArgument(extensionNames())
    .addOption(fromOption())
    .addOption(toOption())
    .option(
      "--version <version>",
      "this version of one extension instead of the newest that the policy allows; hosts are offered it only if the policy selects it",
    )
    .option("--dry-run", "only print what would be built")
    .addOption(jsonOption())
    .action(async (names: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).release(names, self.optsWithGlobals()),
    );
}
