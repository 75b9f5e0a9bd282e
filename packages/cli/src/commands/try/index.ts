import { Option, type Command } from "commander";
import { systemdVersions, usualSystemd } from "@sysext-kiln/booted-host/host-suite";
import { command, fromOption } from "../../command.ts";

export function addTryCommand(program: Command): void {
  command(program, "try", "boots a real systemd with extensions that you trust, and opens a shell in it", [
    "kiln try etcd",
    "kiln try keepalived=2.3.4 --systemd 262 -- keepalived --version",
    "kiln try etcd --image flatcar_production_qemu_image-baked.img",
  ])
    .usage("[options] [extension...] [-- command...]")
    .argument("[extension...]", "extensions, by name; NAME=VERSION and NAME=FILE choose the image of one")
    .addOption(
      new Option("--systemd <version>", "the version of systemd")
        .choices(systemdVersions)
        .default(usualSystemd),
    )
    .addOption(fromOption())
    .option("--image <file>", "boot this disk image in QEMU instead, with its console in this terminal")
    .option(
      "--ignition <file>",
      "the configuration for the first boot of that image (default: a login on the console)",
    )
    .action(async (operands: string[], _: unknown, self: Command) => {
      const { words, typed } = splitAtDashes(operands, process.argv);
      return (await import("./run.ts")).tryOut(words, typed, self.optsWithGlobals());
    });
}

/** Separates the command after `--`, which commander treats as more operands. */
function splitAtDashes(operands: readonly string[], line: readonly string[]) {
  const dashes = line.indexOf("--");
  const typed = dashes === -1 ? [] : line.slice(dashes + 1);
  return { words: operands.slice(0, operands.length - typed.length), typed };
}
