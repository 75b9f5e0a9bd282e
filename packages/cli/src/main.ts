import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { printError } from "./output/error.ts";

const program = createProgram();
try {
  await program.parseAsync();
} catch (error) {
  // commander has printed its own errors, help and version.
  process.exitCode =
    error instanceof CommanderError
      ? error.exitCode && 2
      : printError(error, { verbose: program.opts<{ verbose?: boolean }>().verbose ?? false });
}
