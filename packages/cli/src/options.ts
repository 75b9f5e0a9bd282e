import { Argument, Option } from "commander";
import { architectures } from "@sysext-kiln/extension/architecture";
import { upstreamNames } from "@sysext-kiln/extension/upstream-name";

/** Options and arguments that commands share. */

export const fromOption = () =>
  new Option(
    "--from <upstream>",
    "where versions come from (default: debian, or the extension's first upstream)",
  ).choices(upstreamNames);

export const toOption = () =>
  new Option("--to <store>", "where releases are published: a directory, or github:OWNER/REPO").default(
    "public",
  );

export const architectureOption = (description: string) =>
  new Option("--arch <architecture>", description).choices(architectures);

export const jsonOption = () => new Option("--json", "print JSON for programs instead of text for people");

export const extensionNames = () => new Argument("[extension...]", "extensions, by name (default: all)");
