import type { Command } from "commander";
import { command, extensionNames, fromOption, jsonOption, toOption } from "../../command.ts";

export function addPlanCommand(program: Command): void {
  command(program, "plan", "prints the builds that are missing", [
    "kiln plan",
    "kiln plan etcd --to public --json",
  ])
    .addArgument(extensionNames())
    .addOption(fromOption())
    .addOption(toOption())
    .option("--version <version>", "this version instead of the newest that the policy allows")
    .addOption(jsonOption())
    .action(async (names: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).plan(names, self.optsWithGlobals()),
    );
}
