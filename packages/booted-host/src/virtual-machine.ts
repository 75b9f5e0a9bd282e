import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeArchitecture, type Architecture } from "@sysext-kiln/extension";
import { ensurePrograms, tryRun, type Say } from "@sysext-kiln/machine";
import { execa } from "execa";

export interface VirtualMachineOptions {
  /** A raw disk, which the machine writes to. */
  disk: string;
  architecture: Architecture;
  /** A file with the Ignition configuration that its first boot finds. */
  ignition: string;
  /** A folder for what it needs besides. */
  folder: string;
  say?: Say;
}

const models = {
  "x86-64": {
    emulator: "qemu-system-x86_64",
    machine: "q35",
    firmware: "firmware for x86-64",
    variables: "/usr/share/OVMF/OVMF_VARS_4M.fd",
  },
  arm64: {
    emulator: "qemu-system-aarch64",
    machine: "virt",
    firmware: "firmware for arm64",
    variables: "/usr/share/AAVMF/AAVMF_VARS.fd",
  },
} as const;

/**
 * Boots a disk in QEMU, with UEFI, and with its serial console in the terminal of this process; Ctrl-A X ends
 * it.
 * @returns QEMU's exit status
 */
export async function runVirtualMachine(options: VirtualMachineOptions): Promise<number> {
  const { architecture, folder, say = () => undefined } = options;
  const { emulator, firmware, variables } = models[architecture];
  const programs = await ensurePrograms([emulator, firmware], say);
  const ownVariables = join(folder, "variables.fd");
  await copyFile(variables, ownVariables);
  const accelerated =
    architecture === nativeArchitecture() && (await hasKvm(programs[emulator], architecture));
  if (!accelerated) say("this machine has no KVM for it, so it is emulated: a boot takes a minute or more");
  const args = argumentsFor(options, { firmware: programs[firmware], variables: ownVariables, accelerated });
  const { exitCode } = await execa(programs[emulator], args, { stdio: "inherit", reject: false });
  return exitCode ?? 1;
}

interface Made {
  firmware: string;
  variables: string;
  accelerated: boolean;
}

function argumentsFor({ disk, architecture, ignition }: VirtualMachineOptions, made: Made): string[] {
  return [
    ...["-machine", models[architecture].machine],
    ...(made.accelerated ? ["-accel", "kvm", "-cpu", "host"] : ["-accel", "tcg", "-cpu", "max"]),
    ...["-smp", "2", "-m", "2048", "-nographic"],
    ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${value(made.firmware)}`],
    ...["-drive", `if=pflash,unit=1,format=raw,file=${value(made.variables)}`],
    // Nobody needs the disk afterwards, so nothing has to reach it before QEMU says that it did.
    ...["-drive", `if=none,id=disk,format=raw,cache=unsafe,file=${value(disk)}`],
    // The one thing to boot from: without it, or with the card's own boot program, the firmware would ask the
    // network.
    ...["-device", "virtio-blk-pci,drive=disk,bootindex=0"],
    ...["-netdev", "user,id=network", "-device", "virtio-net-pci,netdev=network,romfile="],
    ...["-device", "virtio-rng-pci"],
    // Where Flatcar's Ignition looks on QEMU.
    ...["-fw_cfg", `name=opt/org.flatcar-linux/config,file=${value(ignition)}`],
  ];
}

/** A value within one of QEMU's options, which are separated by commas. */
function value(text: string): string {
  return text.replaceAll(",", ",,");
}

/** Whether KVM works here: its device may be there, and still fail when a machine is started. */
async function hasKvm(emulator: string, architecture: Architecture): Promise<boolean> {
  const machine = ["-machine", models[architecture].machine, "-accel", "kvm", "-cpu", "host"];
  const quiet = ["-display", "none", "-serial", "none", "-S", "-monitor", "stdio"];
  const { status } = await tryRun(emulator, [...machine, ...quiet], { input: "quit\n", timeoutMs: 10_000 });
  return status === 0;
}
