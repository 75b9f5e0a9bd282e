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
  const [, , first, ...rest] = process.argv;
  // Not an option of commander's: it would take `kiln plan --version 3.5.30` for this one.
  if (first === "--version" && rest.length === 0) {
    process.stdout.write(`${await (await import("./version.ts")).describeVersion()}\n`);
    process.exit();
  }
  if (first === "complete") {
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
