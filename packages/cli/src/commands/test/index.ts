import { Option, type Command } from "commander";
import { command } from "../../command.ts";
import { tiers } from "./tiers.ts";

export function addTestCommand(program: Command): void {
  command(program, "test", "runs the project's tests", [
    "kiln test",
    "kiln test packages/publisher",
    "kiln test --tier slow",
  ])
    .argument(
      "[path...]",
      "test files, or folders with tests, in the repository (default: all checks and tests)",
    )
    .addOption(
      new Option("--tier <tier>", "run only the tests of one tier").choices(tiers.map(({ name }) => name)),
    )
    .action(async (paths: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).test(paths, self.optsWithGlobals()),
    );
}
