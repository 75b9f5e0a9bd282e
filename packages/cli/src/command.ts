import type { Command } from "commander";

/** Adds a command with examples in its help. */
export function command(
  program: Command,
  name: string,
  description: string,
  examples: readonly string[],
): Command {
  return program
    .command(name)
    .description(description)
    .addHelpText("after", `\nExamples:\n${examples.map((example) => `  ./${example}`).join("\n")}`);
}
