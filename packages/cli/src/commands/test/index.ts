import { InvalidArgumentError, Option, type Command } from "commander";
import { systemdVersions, usualSystemd } from "@sysext-kiln/booted-host/host-suite";
import { command } from "../../command.ts";
import { tiers } from "./tiers.ts";

export function addTestCommand(program: Command): void {
  command(program, "test", "runs the project's tests", [
    "kiln test",
    "kiln test packages/publisher",
    "kiln test --tier host --systemd 254,262",
    "kiln test --tier fuzz --seed 7 --seconds 600",
  ])
    .argument(
      "[path...]",
      "test files, or folders with tests, in the repository (default: all checks and tests)",
    )
    .addOption(
      new Option("--tier <tier>", "run only the tests of one tier").choices(tiers.map(({ name }) => name)),
    )
    .addOption(
      new Option("--seed <number>", "the seed of the tiers fuzz and faults")
        .argParser(wholeNumber)
        .default(1),
    )
    .addOption(
      new Option("--seconds <number>", "how long the tier fuzz runs").argParser(wholeNumber).default(60),
    )
    .addOption(
      new Option("--systemd <version,...>", "the versions of systemd that tests boot")
        .argParser(systemds)
        .default(usualSystemd),
    )
    .action(async (paths: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).test(paths, self.optsWithGlobals()),
    );
}

function systemds(text: string): string {
  const known: readonly string[] = systemdVersions;
  if (text.split(",").every((version) => known.includes(version))) return text;
  throw new InvalidArgumentError(`Allowed choices are ${known.join(", ")}.`);
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("It must be a whole number.");
  return Number(text);
}
