import { KilnError } from "@sysext-kiln/error";
import { architectures } from "@sysext-kiln/extension/architecture";
import { choosableUpstreams } from "@sysext-kiln/extension/upstream-name";
import { Argument, Option, type Command } from "commander";

/** Adds a command with a description and examples. */
export function command(
  program: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  const added = program
    .command(name)
    .description(description)
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ./${example}`).join("\n")}`);
  return throwingUsageErrors(added);
}

/** What was expected, by commander's error codes. The error's message says what was found. */
const expectations: Readonly<Record<string, string>> = {
  "commander.unknownCommand": "a command of",
  "commander.unknownOption": "an option of",
  "commander.missingArgument": "the required arguments of",
  "commander.excessArguments": "no more than the arguments of",
  "commander.invalidArgument": "an allowed value for",
  "commander.optionMissingArgument": "a value for the option of",
  "commander.missingMandatoryOptionValue": "the required options of",
  "commander.conflictingOption": "compatible options of",
};

/** Makes a command throw commander's errors as KilnErrors with the code `usage`. */
export function throwingUsageErrors(owner: Command): Command {
  return owner.configureOutput({ outputError: () => undefined }).exitOverride((error) => {
    // The user asked for help, or got it because a subcommand is missing.
    if (error.exitCode === 0 || error.code === "commander.help") throw error;
    const name = `./kiln${pathOf(owner)}`;
    throw new KilnError("usage", {
      expected: `${expectations[error.code] ?? "a valid command line of"} \`${name}\``,
      found: error.message.replace(/^error: /, "").replaceAll("\n", " "),
      next: `\`${name} --help\` shows the usage, with examples`,
      cause: error,
    });
  });
}

/** The names of a command and its parents, each after a space; empty for the program itself. */
function pathOf(of: Command): string {
  return of.parent === null ? "" : `${pathOf(of.parent)} ${of.name()}`;
}

/** Options and arguments of several commands. */
export const fromOption = () =>
  new Option(
    "--from <upstream>",
    "where versions come from (default: the upstream in kiln.yaml, or the extension's first one)",
  ).choices(choosableUpstreams);

export const toOption = () =>
  new Option("--to <store>", "where releases are published: a directory, or github:OWNER/REPO").default(
    "public",
  );

export const architectureOption = (description: string) =>
  new Option("--arch <architecture>", description).choices(architectures);

export const jsonOption = () => new Option("--json", "print JSON for programs instead of text for people");

export const extensionNames = () =>
  new Argument(
    "[extension...]",
    "extensions, by name (default: those in kiln.yaml, or all); kiln-host is published with them",
  );
