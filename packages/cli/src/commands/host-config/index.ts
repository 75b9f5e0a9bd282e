import { Option, type Command } from "commander";
import { architectures } from "@sysext-kiln/extension/architecture";
import { architectureOption, command } from "../../command.ts";

/** The formats of a configuration. */
export const formats = ["butane", "ignition", "files", "script"] as const;

export function addHostConfigCommand(program: Command): void {
  command(
    program,
    "host-config",
    "prints the configuration that a host needs for extensions and their updates",
    [
      "kiln host-config etcd keepalived --base-url https://example.org/extensions",
      "kiln host-config keepalived --base-url https://example.org/extensions --key import-pubring.gpg",
      "kiln host-config etcd --base-url http://localhost:8080 --pin 3.5 --reboot --format ignition",
      "kiln host-config etcd --base-url https://example.org/extensions --format files --output etcd-host",
      "kiln host-config etcd --base-url https://example.org/extensions --format script | ssh HOST sudo sh",
    ],
  )
    .argument("<extension...>", "the extensions, by name; kiln-host, which updates them, is always added")
    .option("--base-url <url>", "where hosts find the releases (default: the baseUrl in kiln.yaml)")
    .option(
      "--to <store>",
      "read what is published from this directory or github:OWNER/REPO instead of the URL",
    )
    .option(
      "--key <file>",
      "the key or keys that hosts trust (default: the keyring published beside the images)",
    )
    .addOption(architectureOption("the architecture of the hosts").default(architectures[0]))
    .option(
      "--pin <series...>",
      "the series that the host follows, such as 3.5, or etcd=3.5 if there are several extensions (default: the newest that is published, or the last one if the definition lists them)",
    )
    .addOption(
      new Option("--live", "updates take effect immediately, with a health check (the default)").conflicts(
        "reboot",
      ),
    )
    .option(
      "--reboot",
      "updates take effect at the next reboot, which they request with /run/reboot-required",
    )
    .option("--proxy <url>", "the HTTP proxy through which hosts reach the releases")
    .addOption(
      new Option("--format <format>", "the format of the output; a script applies it to a running host")
        .choices(formats)
        .default("butane"),
    )
    .option("--output <directory>", "the directory to write to with --format files")
    .action(async (names: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).hostConfig(names, self.optsWithGlobals()),
    );
}
