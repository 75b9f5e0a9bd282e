import { Argument, Option } from "commander";
import { upstreamNames } from "@sysext-kiln/extension/upstream-name";

/** What `kiln host-config` can print or write. */
export const hostConfigFormats = ["butane", "ignition", "files"] as const;

// Options and arguments that several commands have.

/** @param description of commands whose versions come from elsewhere by default */
export function fromOption(
  description = "where versions come from (default: debian, or the one upstream that an extension has)",
): Option {
  return new Option("--from <upstream>", description).choices(upstreamNames);
}

export function toOption(): Option {
  return new Option(
    "--to <place>",
    "where releases are published: a directory, or github:OWNER/REPO",
  ).default("public");
}

export function jsonOption(): Option {
  return new Option("--json", "print JSON for programs in place of text for people");
}

export function extensionsArgument(): Argument {
  return new Argument("[extension...]", "extensions, by name (default: all)");
}
