import type { Command } from "commander";
import { command, fromOption, jsonOption, toOption } from "../../command.ts";

export function addListCommand(program: Command): void {
  command(program, "list", "lists extensions, what upstream has, and what is published", [
    "kiln list",
    "kiln list --json",
  ])
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(jsonOption())
    .action(async (_: unknown, self: Command) => (await import("./run.ts")).list(self.optsWithGlobals()));
}
