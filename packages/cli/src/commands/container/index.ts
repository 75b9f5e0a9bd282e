import type { Command } from "commander";
import { command, fromOption, jsonOption } from "../../command.ts";

/** Adds `container` and its subcommands. */
export function addContainerCommands(program: Command): void {
  const container = command(program, "container", "builds and pushes keepalived's container image", [
    "kiln container build --output keepalived.oci",
    "kiln container push keepalived.oci ghcr.io/owner/keepalived",
  ]);

  command(container, "build", "builds the container for all architectures, as an OCI image layout", [
    "kiln container build --output keepalived.oci",
    "kiln container build --images public/releases/download/keepalived-v2.3.4 --output keepalived.oci",
  ])
    .argument(
      "[version]",
      "upstream's version, with or without v (default: the newest that the policy allows)",
    )
    .addOption(fromOption())
    .option(
      "--images <directory>",
      "take keepalived from the images in this directory instead of building them",
    )
    .requiredOption(
      "--output <directory>",
      "the directory for the image layout; an existing layout is replaced",
    )
    .option("--source <url>", "the source repository for the container's labels")
    .option("--revision <commit>", "the source commit for the container's labels")
    .option("--no-cache", "rebuild what is in the cache")
    .addOption(jsonOption())
    .action(async (version: string | undefined, _: unknown, self: Command) =>
      (await import("./build.ts")).buildContainerImage(version, self.optsWithGlobals()),
    );

  command(container, "push", "pushes an image layout, with the credentials of `docker login`", [
    "kiln container push keepalived.oci ghcr.io/owner/keepalived",
  ])
    .argument("<directory>", "the image layout that `kiln container build` wrote")
    .argument(
      "<repository>",
      "the repository without a tag; the tag is the version, and also `latest` if it is the newest",
    )
    .addOption(jsonOption())
    .action(async (layout: string, repository: string, _: unknown, self: Command) =>
      (await import("./push.ts")).pushContainerImage(layout, repository, self.optsWithGlobals()),
    );
}
