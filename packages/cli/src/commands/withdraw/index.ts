import type { Command } from "commander";
import { command } from "../../command.ts";

export function addWithdrawCommand(program: Command): void {
  command(program, "withdraw", "makes hosts leave a version, by editing extension.yaml", [
    'kiln withdraw etcd 3.5.31 "loses data, see #12"',
    "kiln withdraw etcd 3.5.31 --undo",
  ])
    .argument("<extension>", "the extension, by name")
    .argument("<version>", "the version, such as 3.5.31, or 3.5.31-2 for one revision of it")
    .argument("[reason]", "why, as hosts and the release notes report it")
    .option("--undo", "offer the version to hosts again")
    .action(async (name: string, version: string, reason: string | undefined, _: unknown, self: Command) =>
      (await import("../../edit-definition.ts")).editDefinition(
        { key: "withdrawn", name, version, reason },
        self.optsWithGlobals(),
      ),
    );
}
