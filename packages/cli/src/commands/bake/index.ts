import { Option, type Command } from "commander";
import { diskFormats } from "@sysext-kiln/baker/disk-format";
import { architectureOption, command, fromOption, jsonOption } from "../../command.ts";

export function addBakeCommand(program: Command): void {
  command(program, "bake", "adds extensions to an operating system's disk image", [
    "kiln bake flatcar_production_qemu_image.img etcd keepalived",
    "kiln bake flatcar_production_azure_image.vhd.bz2 etcd=3.5.30 --output etcd.vhd",
    "kiln bake flatcar_production_image.bin.bz2 etcd --format gcp --with-updates --base-url https://example.org/extensions",
  ])
    .argument(
      "<image>",
      "the disk image: raw, qcow2, VMDK, VHD, VHDX, VDI, or the tar.gz of Google Cloud, compressed or not; it is not changed",
    )
    .argument(
      "[extension...]",
      "extensions, by name (default: those in kiln.yaml, or all); NAME=VERSION and NAME=FILE choose the image of one",
    )
    .option(
      "--output <file>",
      "the file to write (default: the disk image's name with -baked, in the current directory)",
    )
    .addOption(
      new Option("--format <format>", "the format of the output (default: that of the disk image)").choices(
        diskFormats,
      ),
    )
    .addOption(
      architectureOption("the architecture of the disk image, if it cannot be detected from the boot loader"),
    )
    .option(
      "--to <store>",
      "take published extensions from this directory or github:OWNER/REPO (default: --base-url, or public)",
    )
    .addOption(fromOption())
    .option("--with-updates", "also install kiln-host, which updates the extensions")
    .option(
      "--base-url <url>",
      "where hosts find the releases (default: the baseUrl in kiln.yaml, with --with-updates)",
    )
    .option(
      "--key <file>",
      "the key or keys that must have signed published images, and that hosts trust (default: the keyring published beside them)",
    )
    .option("--reboot", "updates take effect at the next reboot instead of immediately")
    .option("--proxy <url>", "the HTTP proxy through which hosts reach the releases")
    .addOption(jsonOption())
    .action(async (image: string, words: string[], _: unknown, self: Command) =>
      (await import("./run.ts")).bake(image, words, self.optsWithGlobals()),
    );
}
