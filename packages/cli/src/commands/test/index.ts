import { Option, type Command } from "commander";
import { command } from "../../command.ts";

/** Tiers of tests: the suffix of a test's file name. */
export const tiers = ["unit", "build", "network", "host", "slow", "fresh"] as const;

/** The tiers that every change runs. */
export const usualTiers = [
  "unit",
  "build",
  "network",
  "host",
] as const satisfies readonly (typeof tiers)[number][];

export function addTestCommand(program: Command): void {
  command(program, "test", "runs the project's tests", [
    "kiln test",
    "kiln test packages/publisher",
    "kiln test --tier slow",
  ])
    .argument("[path...]", "only tests whose path contains one of these")
    .addOption(
      new Option("--tier <tier>", "only the tests of one tier, which may be a longer one").choices(tiers),
    )
    .action(async (paths: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).test(paths, self.optsWithGlobals()),
    );
}
