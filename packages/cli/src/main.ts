import { takeSecrets } from "@sysext-kiln/machine/secrets";
import { CommanderError } from "commander";
import { createProgram } from "./program.ts";
import { exitOnClosedPipe } from "./output/print.ts";
import { printError } from "./output/error.ts";

exitOnClosedPipe();
const program = createProgram();
try {
  takeSecrets();
  const [, , first, ...rest] = process.argv;
  // Not one of commander's options, because it would also match `kiln plan --version 3.5.30`.
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
