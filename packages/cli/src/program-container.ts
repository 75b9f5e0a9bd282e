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
    .option("--images <directory>", "take keepalived from the images in this directory, and build none")
    .requiredOption("--output <directory>", "where the image layout goes; one that is there is replaced")
    .option("--source <url>", "the repository that the container is labelled with")
    .option("--revision <commit>", "the commit that it is labelled with")
    .option("--no-cache", "compile anew what was compiled before")
    .addOption(jsonOption())
    .action(async (version: string | undefined, _: unknown, self: Command) =>
      (await import("./commands/container-build.ts")).buildContainerImage(version, self.optsWithGlobals()),
    );

  command(container, "push", "pushes an image layout, with the logins of `docker login`", [
    "kiln container push keepalived.oci ghcr.io/owner/keepalived",
  ])
    .argument("<directory>", "what `kiln container build` wrote")
    .argument(
      "<repository>",
      "where it goes, without a tag: the version, and `latest` where it is the newest",
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
