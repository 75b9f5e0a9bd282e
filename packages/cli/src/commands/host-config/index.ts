import { Option, type Command } from "commander";
import { architectures } from "@sysext-kiln/extension/architecture";
import { command } from "../../command.ts";
import { architectureOption } from "../../options.ts";

/** What a configuration can be printed as. */
export const formats = ["butane", "ignition", "files"] as const;

export function addHostConfigCommand(program: Command): void {
  command(program, "host-config", "prints what a host needs to take an extension and its updates", [
    "kiln host-config keepalived --base-url https://example.org/extensions",
    "kiln host-config keepalived --base-url https://example.org/extensions --key import-pubring.gpg",
    "kiln host-config etcd --base-url http://localhost:8080 --pin 3.5 --reboot --format ignition",
    "kiln host-config etcd --base-url https://example.org/extensions --format files --output etcd-host",
  ])
    .argument("<extension>", "the extension, by name")
    .requiredOption("--base-url <url>", "where hosts find the releases")
    .option(
      "--to <store>",
      "read what is published from this directory or github:OWNER/REPO, not from the URL",
    )
    .option(
      "--key <file>",
      "the key or keys that hosts trust (default: the keyring published beside the images)",
    )
    .addOption(architectureOption("the architecture of the hosts").default(architectures[0]))
    .option(
      "--pin <series>",
      "the series that the host follows, such as 3.5 (default: what the definition says)",
    )
    .addOption(
      new Option("--live", "updates take effect at once, with a health check (the default)").conflicts(
        "reboot",
      ),
    )
    .option("--reboot", "updates take effect at the next reboot, which /run/reboot-required asks for")
    .addOption(new Option("--format <format>", "what to print").choices(formats).default("butane"))
    .option("--output <directory>", "where the files go, with --format files")
    .action(async (name: string, _: unknown, self: Command) =>
      (await import("./run.ts")).hostConfig(name, self.optsWithGlobals()),
    );
}
