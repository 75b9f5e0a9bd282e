import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { throwingUsageErrors } from "./command.ts";
import { addBakeCommand } from "./commands/bake/index.ts";
import { addBuildCommand } from "./commands/build/index.ts";
import { addCacheCommands } from "./commands/cache/index.ts";
import { addContainerCommands } from "./commands/container/index.ts";
import { addDeployCommands } from "./commands/deploy/index.ts";
import { addHostConfigCommand } from "./commands/host-config/index.ts";
import { addKeyCommands } from "./commands/key/index.ts";
import { addListCommand } from "./commands/list/index.ts";
import { addPauseCommand } from "./commands/pause/index.ts";
import { addPlanCommand } from "./commands/plan/index.ts";
import { addRehearseCommand } from "./commands/rehearse/index.ts";
import { addReleaseCommand } from "./commands/release/index.ts";
import { addServeCommand } from "./commands/serve/index.ts";
import { addTestCommand } from "./commands/test/index.ts";
import { addTryCommand } from "./commands/try/index.ts";
import { addVerifyCommand } from "./commands/verify/index.ts";
import { addWithdrawCommand } from "./commands/withdraw/index.ts";

/** The command line. A command's code is loaded only when it runs, so that `--help` is fast. */
export function createProgram(): Command {
  const program = throwingUsageErrors(new Command("kiln"))
    .description(
      "Watches upstream for versions of system extensions, builds their images, and publishes them for hosts.",
    )
    .option("--extensions <directory>", "the directory with the definitions", defaultExtensions())
    .option("--verbose", "print the stack traces of errors")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\n`kiln --version` prints kiln's version and commit.")
    .showSuggestionAfterError();
  addListCommand(program);
  addPlanCommand(program);
  addBuildCommand(program);
  addReleaseCommand(program);
  addPauseCommand(program);
  addWithdrawCommand(program);
  addServeCommand(program);
  addVerifyCommand(program);
  addKeyCommands(program);
  addHostConfigCommand(program);
  addBakeCommand(program);
  addTryCommand(program);
  addRehearseCommand(program);
  addContainerCommands(program);
  addDeployCommands(program);
  addCacheCommands(program);
  addTestCommand(program);
  return program;
}

function defaultExtensions(): string {
  return fileURLToPath(new URL("../../../extensions", import.meta.url));
}
