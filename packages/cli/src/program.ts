import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { explainingUsage } from "./command.ts";
import { addBakeCommand } from "./commands/bake/index.ts";
import { addBuildCommand } from "./commands/build/index.ts";
import { addContainerCommands } from "./commands/container/index.ts";
import { addDeployCommands } from "./commands/deploy/index.ts";
import { addHostConfigCommand } from "./commands/host-config/index.ts";
import { addKeyCommands } from "./commands/key/index.ts";
import { addListCommand } from "./commands/list/index.ts";
import { addPlanCommand } from "./commands/plan/index.ts";
import { addReleaseCommand } from "./commands/release/index.ts";
import { addServeCommand } from "./commands/serve/index.ts";
import { addTestCommand } from "./commands/test/index.ts";
import { addTryCommand } from "./commands/try/index.ts";
import { addVerifyCommand } from "./commands/verify/index.ts";

/** The command line. A command's code is loaded when it runs, so that `--help` stays quick. */
export function createProgram(): Command {
  const program = explainingUsage(new Command("kiln"))
    .description(
      "Keeps hosts supplied with system extensions: watches upstream, builds images, and publishes them.",
    )
    .option("--extensions <directory>", "where the definitions are", defaultExtensions())
    .option("--verbose", "show the stack of an error")
    .configureHelp({ showGlobalOptions: true })
    .addHelpText("after", "\n`kiln --version` prints kiln's version and commit.")
    .showSuggestionAfterError();
  addListCommand(program);
  addPlanCommand(program);
  addBuildCommand(program);
  addReleaseCommand(program);
  addServeCommand(program);
  addVerifyCommand(program);
  addKeyCommands(program);
  addHostConfigCommand(program);
  addBakeCommand(program);
  addTryCommand(program);
  addContainerCommands(program);
  addDeployCommands(program);
  addTestCommand(program);
  return program;
}

function defaultExtensions(): string {
  return fileURLToPath(new URL("../../../extensions", import.meta.url));
}
