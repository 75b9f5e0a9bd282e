import { InvalidArgumentError, Option, type Command } from "commander";
import { systemdVersions, usualSystemd } from "@sysext-kiln/booted-host/host-suite";
import { choosableUpstreams } from "@sysext-kiln/extension/upstream-name";
import { command, jsonOption } from "../../command.ts";

export function addRehearseCommand(program: Command): void {
  const image = "a series such as 3.5, whose newest version is taken; a version; or an image file";
  command(
    program,
    "rehearse",
    "moves a copy of your data to the next series, on hosts of this machine, and back",
    [
      "kiln rehearse etcd --snapshot backup.db --from 3.5 --to 3.6 --upstream github --env /etc/etcd/etcd.env",
      "kiln rehearse etcd --from etcd-3.5.35-x86-64.raw --to etcd-3.6.16-x86-64.raw --keys 100000 --json",
    ],
  )
    .argument("<extension>", "the extension: etcd")
    .option("--snapshot <file>", "a snapshot of etcd, as `etcdctl snapshot save` writes it")
    .option(
      "--keys <number>",
      "without a snapshot, how many keys are generated (default: 1000000)",
      parseCount,
    )
    .requiredOption("--from <image>", `what production runs: ${image}`)
    .requiredOption("--to <image>", "what it is to move to, in the next series: the same")
    .addOption(
      new Option(
        "--upstream <upstream>",
        "where versions come from (default: the upstream in kiln.yaml, or the extension's first one)",
      ).choices(choosableUpstreams),
    )
    .option("--kiln-host <file>", "the image of kiln-host (default: one that is built from its definition)")
    .option("--env <file>", "the variables of etcd in production, /etc/etcd/etcd.env on a host")
    .option("--member-list <file>", "what `etcdctl member list` prints in production, to find zombie members")
    .option("--user <name>", "with authentication, a user of etcd with the role root", "root")
    .option(
      "--password-file <file>",
      "with authentication, a file with that user's password, such as /dev/stdin",
    )
    .option("--max-gap <seconds>", "how long writes may pause for the verdict to be safe", parseSeconds, 10)
    .addOption(
      new Option("--systemd <version>", "the version of systemd of the hosts")
        .choices(systemdVersions)
        .default(usualSystemd),
    )
    .addOption(jsonOption())
    .addHelpText(
      "after",
      "\nThe exit status is 0 if the verdict is safe, and 3 if it is not safe. It needs root and takes several minutes.",
    )
    .action(async (name: string, _: unknown, self: Command) =>
      (await import("./run.ts")).rehearseUpgrade(name, self.optsWithGlobals()),
    );
}

/** So many keys take half of the 8 GB that etcd suggests as the largest database. */
const maxKeys = 10_000_000;

function parseCount(text: string): number {
  if (/^[1-9]\d{0,7}$/.test(text) && Number(text) <= maxKeys) return Number(text);
  throw new InvalidArgumentError(`It must be a number from 1 to ${maxKeys}.`);
}

function parseSeconds(text: string): number {
  if (/^\d{1,5}(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number of seconds.");
}
