import { restartWithoutSecrets, takeSecrets } from "@sysext-kiln/machine/secrets";
import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { endWithReader } from "./output/closed-pipe.ts";
import { printError } from "./output/error.ts";

endWithReader();
const program = createProgram();
try {
  restartWithoutSecrets();
  takeSecrets();
  if (process.argv[2] === "complete") {
    const { default: addCompletion } = await import("@bomb.sh/tab/commander");
    addCompletion(program);
  }
  await program.parseAsync();
} catch (error) {
  const { verbose } = program.opts<{ verbose?: boolean }>();
  process.exitCode =
    error instanceof CommanderError
      ? // Help has been printed.
        error.exitCode && 2
      : printError(error, { verbose: verbose ?? false });
}
