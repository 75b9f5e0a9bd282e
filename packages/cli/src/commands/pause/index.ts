import type { Command } from "commander";
import { command } from "../../command.ts";

export function addPauseCommand(program: Command): void {
  command(program, "pause", "stops the rollout of a version, by editing extension.yaml", [
    'kiln pause etcd 3.5.31 "slow elections, see #12"',
    "kiln pause etcd 3.5.31 --undo",
  ])
    .argument("<extension>", "the extension, by name")
    .argument("<version>", "the version, such as 3.5.31, or 3.5.31-2 for one revision of it")
    .argument("[reason]", "why, as hosts report it")
    .option("--undo", "continue the rollout")
    .action(async (name: string, version: string, reason: string | undefined, _: unknown, self: Command) =>
      (await import("../../edit-definition.ts")).editDefinition(
        { key: "paused", name, version, reason },
        self.optsWithGlobals(),
      ),
    );
}
