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

/** Makes what commander finds wrong with a command line an error like every other one. */
export function explainingUsage(explained: Command): Command {
  return explained.configureOutput({ outputError: () => undefined }).exitOverride((error) => {
    // Help was asked for, or was printed as there was nothing else to do.
    if (error.exitCode === 0 || error.code === "commander.help") throw error;
    const help = `./kiln${pathOf(explained)} --help`;
    throw new KilnError("usage", {
      expected: "a command line as its help describes it",
      found: error.message.replace(/^error: /, "").replaceAll("\n", " "),
      next: `${help} shows it, with examples`,
      cause: error,
    });
  });
}

/** The words that lead to a command, each with a space before it; none for the program itself. */
function pathOf(one: Command): string {
  return one.parent === null ? "" : `${pathOf(one.parent)} ${one.name()}`;
}
