import { KilnError } from "@sysext-kiln/error";
import type { Command } from "commander";

/** Adds a command with examples in its help. */
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
  return explainingUsage(added);
}

/** What was expected, by the codes of commander's errors; the message says what was found. */
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

/** Makes what commander finds wrong with a command line an error like every other one. */
export function explainingUsage(explained: Command): Command {
  return explained.configureOutput({ outputError: () => undefined }).exitOverride((error) => {
    // Help was asked for, or was printed as there was nothing else to do.
    if (error.exitCode === 0 || error.code === "commander.help") throw error;
    const name = `./kiln${pathOf(explained)}`;
    throw new KilnError("usage", {
      expected: `${expectations[error.code] ?? "a command line that suits"} \`${name}\``,
      found: error.message.replace(/^error: /, "").replaceAll("\n", " "),
      next: `\`${name} --help\` lists them, with examples`,
      cause: error,
    });
  });
}

/** The words that lead to a command, each with a space before it; none for the program itself. */
function pathOf(one: Command): string {
  return one.parent === null ? "" : `${pathOf(one.parent)} ${one.name()}`;
}
