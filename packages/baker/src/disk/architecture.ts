import { basename, dirname } from "node:path";
import { architectures, type Architecture } from "@sysext-kiln/extension";
import { tryRun } from "@sysext-kiln/machine";
import { pathOf } from "../tool.ts";
import type { Partition } from "./partitions.ts";

const efiSystemPartition = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";

/** The names of boot loaders (UEFI specification, "Removable Media Boot Behavior"). */
const bootLoaders: Readonly<Record<Architecture, string>> = {
  "x86-64": "bootx64.efi",
  arm64: "bootaa64.efi",
};

/**
 * A disk's architecture, detected from the name of its boot loader; undefined if there is not exactly one
 * that is known.
 */
export async function architectureOf(
  disk: string,
  partitions: readonly Partition[],
): Promise<Architecture | undefined> {
  const partition = partitions.find(({ type }) => type === efiSystemPartition);
  if (!partition) return undefined;
  const image = `${basename(disk)}@@${partition.offset}`;
  const args = ["-b", "-i", image, "::/EFI/BOOT"];
  const { stdout } = await tryRun(await pathOf("mdir"), args, { cwd: dirname(disk) });
  const names = new Set(
    stdout
      .toLowerCase()
      .split("\n")
      .map((line) => basename(line.trim())),
  );
  const found = architectures.filter((architecture) => names.has(bootLoaders[architecture]));
  return found.length === 1 ? found[0] : undefined;
}
