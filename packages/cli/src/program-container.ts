import type { Command } from "commander";
import { command } from "./command.ts";
import { fromOption, jsonOption } from "./options.ts";

/** The commands below `container`. */
export function addContainerCommands(program: Command): void {
  const container = command(program, "container", "builds and pushes keepalived's container image", [
    "kiln container build --output keepalived.oci",
    "kiln container push keepalived.oci ghcr.io/owner/keepalived",
  ]);

  command(container, "build", "builds the container for all architectures, as an OCI image layout", [
    "kiln container build --output keepalived.oci",
    "kiln container build --images public/releases/download/keepalived-v2.3.4 --output keepalived.oci",
  ])
    .argument("[version]", "upstream's version, with or without v (default: policy's newest)")
    .addOption(fromOption("where versions come from (default: debian)"))
    .option("--images <directory>", "use keepalived from the images in this directory instead of building it")
    .requiredOption("--output <directory>", "where to write the image layout; an existing layout is replaced")
    .option("--source <url>", "the URL of the source repository, for the container's label")
    .option("--revision <commit>", "the source commit, for the container's label")
    .option("--no-cache", "compile everything again, without Docker's cache")
    .addOption(jsonOption())
    .action(async (version: string | undefined, _: unknown, self: Command) =>
      (await import("./commands/container-build.ts")).buildContainerImage(version, self.optsWithGlobals()),
    );

  command(container, "push", "pushes an image layout, with the logins of `docker login`", [
    "kiln container push keepalived.oci ghcr.io/owner/keepalived",
  ])
    .argument("<directory>", "the image layout that `kiln container build` wrote")
    .argument(
      "<repository>",
      "where to push it, without a tag: it gets the version, and `latest` if it is the newest version",
    )
    .addOption(jsonOption())
    .action(async (layout: string, repository: string, _: unknown, self: Command) =>
      (await import("./commands/container-push.ts")).pushContainerImage(
        layout,
        repository,
        self.optsWithGlobals(),
      ),
    );
}
