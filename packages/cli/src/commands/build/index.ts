import type { Command } from "commander";
import { Option } from "commander";
import { architectures } from "@sysext-kiln/extension/architecture";
import { command, fromOption, jsonOption } from "../../command.ts";

export function addBuildCommand(program: Command): void {
  command(program, "build", "builds the images of one version", [
    "kiln build etcd",
    "kiln build keepalived 2.3.4 --arch arm64 --output images",
    "kiln build etcd --twice",
    "kiln build keepalived --source ../keepalived-2.4.3",
  ])
    .argument("<extension>", "the extension, by name")
    .argument(
      "[version]",
      "upstream's version, with or without v (default: the newest that the policy allows)",
    )
    .addOption(fromOption().conflicts("source"))
    .option(
      "--source <directory>",
      "build from the sources in this folder, such as a checkout of upstream's tag, instead of an upstream; never published",
    )
    .addOption(
      new Option("--arch <architecture>", "the architecture to build for")
        .choices([...architectures, "all"])
        .default("all"),
    )
    .option("--output <directory>", "the directory to write the images to", ".")
    .option("--no-cache", "rebuild images that are in the cache")
    .option("--twice", "build everything twice without caches, and fail unless both builds are identical")
    .addOption(jsonOption())
    .action(async (name: string, version: string | undefined, _: unknown, self: Command) =>
      (await import("./run.ts")).build(name, version, self.optsWithGlobals()),
    );
}
