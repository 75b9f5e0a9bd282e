import { fileURLToPath } from "node:url";
import { Command, Option } from "commander";
import { architectures } from "@sysext-kiln/extension/architecture";
import { addBakeCommand } from "./program-bake.ts";
import { addTryCommand } from "./program-try.ts";
import { addKeyCommands } from "./program-key.ts";
import { command, explainingUsage } from "./command.ts";
import { addContainerCommands } from "./program-container.ts";
import { addDeployCommands } from "./program-deploy.ts";
import { addHostConfigCommand } from "./program-host-config.ts";
import { extensionsArgument, fromOption, jsonOption, toOption } from "./options.ts";

/** Tiers of tests: the suffix of a test's file name. */
const tiers = ["unit", "build", "network", "host", "slow", "fresh"];

/** The command line. A command's code is loaded when it runs, so that `--help` stays quick. */
export function createProgram(): Command {
  const program = explainingUsage(new Command("kiln"))
    .description(
      "Keeps hosts supplied with system extensions: watches upstream, builds images, publishes them.",
    )
    .option("--extensions <directory>", "where the definitions are", defaultExtensions())
    .option("--verbose", "show the stack of an error")
    .configureHelp({ showGlobalOptions: true })
    .showSuggestionAfterError();

  command(program, "list", "extensions, what upstream has, and what is published", [
    "kiln list",
    "kiln list --json",
  ])
    .addOption(fromOption())
    .addOption(toOption())
    .addOption(jsonOption())
    .action(async (...args: unknown[]) => (await import("./commands/list.ts")).list(optionsOf(args)));

  command(program, "plan", "the builds that are missing", ["kiln plan", "kiln plan etcd --to public --json"])
    .addArgument(extensionsArgument())
    .addOption(fromOption())
    .addOption(toOption())
    .option("--version <version>", "this version in place of policy's newest")
    .addOption(jsonOption())
    .action(async (names: string[], ...args: unknown[]) =>
      (await import("./commands/plan.ts")).plan(names, optionsOf(args)),
    );

  command(program, "build", "builds images of one version", [
    "kiln build etcd",
    "kiln build keepalived 2.3.4 --arch arm64 --output images",
    "kiln build etcd --twice",
  ])
    .argument("<extension>", "the extension, by name")
    .argument("[version]", "upstream's version, with or without v (default: policy's newest)")
    .addOption(fromOption())
    .addOption(
      new Option("--arch <architecture>", "for which architecture")
        .choices([...architectures, "all"])
        .default("all"),
    )
    .option("--output <directory>", "where the images go", ".")
    .option("--no-cache", "build anew what was built before")
    .option(
      "--twice",
      "build everything twice without caches, and fail unless both times give the same bytes",
    )
    .addOption(jsonOption())
    .action(async (name: string, version: string | undefined, ...args: unknown[]) =>
      (await import("./commands/build.ts")).build(name, version, optionsOf(args)),
    );

  command(program, "release", "builds what is missing and publishes it: the main job", [
    "kiln release etcd keepalived --from debian --to public",
    "kiln release etcd --version 3.5.30 --dry-run",
    "kiln release --from github --to github:example/extensions",
  ])
    .addArgument(extensionsArgument())
    .addOption(fromOption())
    .addOption(toOption())
    .option("--version <version>", "this version of one extension in place of policy's newest")
    .option("--dry-run", "only say what would be built")
    .addOption(jsonOption())
    .action(async (names: string[], ...args: unknown[]) =>
      (await import("./commands/release.ts")).release(names, optionsOf(args)),
    );

  command(program, "serve", "serves published releases over HTTP, as hosts see them", [
    "kiln serve public --host 0.0.0.0 --port 8080",
    "kiln serve public --as-github example/extensions",
  ])
    .argument("<directory>", "what `kiln release --to` filled")
    .option(
      "--host <address>",
      "the address to listen on; 0.0.0.0 and :: stand for every interface",
      "127.0.0.1",
    )
    .option("--port <number>", "the port; 0 takes a free one", "8080")
    .option("--as-github <owner/repo>", "with GitHub's paths and redirects, below /OWNER/REPO/")
    .action(async (directory: string, ...args: unknown[]) =>
      (await import("./commands/serve.ts")).serve(directory, optionsOf(args)),
    );

  command(program, "verify", "checks published releases as a host would", [
    "kiln verify public",
    "kiln verify http://localhost:8080 --key import-pubring.gpg",
  ])
    .argument("<place>", "what was published: a directory, github:OWNER/REPO, or the base URL that hosts use")
    .option("--key <file>", "the public key or keys that everything must be signed by, binary or armored")
    .addOption(jsonOption())
    .action(async (where: string, ...args: unknown[]) =>
      (await import("./commands/verify.ts")).verify(where, optionsOf(args)),
    );

  addKeyCommands(
    command(program, "key", "makes and reads the key that signs what is published", [
      "kiln key new --output signing-key.asc",
      "kiln key public signing-key.asc > import-pubring.gpg",
    ]),
  );

  addHostConfigCommand(program);
  addBakeCommand(program);
  addTryCommand(program);

  addContainerCommands(program);
  addDeployCommands(
    command(program, "deploy", "prints or writes what runs the container", ["kiln deploy kubernetes --help"]),
  );

  command(program, "test", "runs the project's tests", [
    "kiln test",
    "kiln test packages/publisher",
    "kiln test --tier slow",
  ])
    .argument("[path...]", "only tests whose path holds one of these")
    .addOption(
      new Option("--tier <tier>", "only the tests of one tier, which may be a longer one").choices(tiers),
    )
    .action(async (paths: string[], ...args: unknown[]) =>
      (await import("./commands/test.ts")).test(paths, optionsOf(args)),
    );

  return program;
}

/** commander hands an action the command last; it knows its own options and the program's. */
function optionsOf(args: readonly unknown[]): unknown {
  return args.find((arg) => arg instanceof Command)?.optsWithGlobals();
}

function defaultExtensions(): string {
  return fileURLToPath(new URL("../../../extensions", import.meta.url));
}
