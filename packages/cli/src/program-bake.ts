import { Option, type Command } from "commander";
import { architectures } from "@sysext-kiln/extension/architecture";
import { diskFormats } from "@sysext-kiln/baker/disk-format";
import { command } from "./command.ts";
import { fromOption, jsonOption } from "./options.ts";

export function addBakeCommand(program: Command): void {
  command(program, "bake", "puts extensions into an operating system's disk image", [
    "kiln bake flatcar_production_qemu_image.img etcd keepalived",
    "kiln bake flatcar_production_azure_image.vhd.bz2 etcd=3.5.30 --output etcd.vhd",
    "kiln bake flatcar_production_image.bin.bz2 etcd --format gcp --with-updates --base-url https://example.org/extensions",
  ])
    .argument("<image>", "raw, qcow2, VMDK, VHD or gcp's tar.gz, compressed or not; it is only read")
    .argument(
      "[extension...]",
      "extensions, by name (default: all); NAME=VERSION and NAME=FILE choose the image of one",
    )
    .option("--output <file>", "what is written (default: the image's name with -baked, here)")
    .addOption(
      new Option("--format <format>", "of what is written (default: that of the image)").choices(diskFormats),
    )
    .addOption(
      new Option("--arch <architecture>", "of the image, where its boot loader does not tell").choices(
        architectures,
      ),
    )
    .option(
      "--to <place>",
      "take published extensions from this directory or github:OWNER/REPO (default: --base-url, or public)",
    )
    .addOption(
      fromOption("where the others come from (default: debian, or the one upstream that an extension has)"),
    )
    .option("--with-updates", "also put in what keeps the extensions up to date")
    .option("--base-url <url>", "where hosts find the releases, for --with-updates")
    .option(
      "--key <file>",
      "the key or keys that published images have to be signed by, and that hosts trust (default: what is published beside them)",
    )
    .option("--reboot", "updates take effect at the next reboot, not at once")
    .addOption(jsonOption())
    .action(async (image: string, words: string[], _: unknown, self: Command) =>
      (await import("./commands/bake.ts")).bake(image, words, self.optsWithGlobals()),
    );
}
