import { tryRun, type Say } from "@sysext-kiln/machine";
import { z } from "zod";
import { pathOf, runTool } from "../tool.ts";
import { formatProgress } from "./progress.ts";

export interface Conversion {
  from: { path: string; format: string };
  to: {
    path: string;
    format: string;
    options: readonly string[];
    /** Whether writes bypass the page cache. */
    direct: boolean;
  };
  /** The size of the disk in bytes, for the progress. */
  size: number;
}

/** Converts a disk between QEMU's formats; zeros become holes if the format supports them. */
export async function convert({ from, to, size }: Conversion, say: Say): Promise<void> {
  const cache = to.direct ? ["-t", "none"] : [];
  const options = ["-f", from.format, "-O", to.format, ...cache, ...to.options];
  await runTool("qemu-img", ["convert", "-p", ...options, from.path, to.path], {
    onLine(line) {
      const [, percent] = /\((\d+\.\d+)\/100%\)/.exec(line) ?? [];
      if (percent !== undefined) say(formatProgress((Number(percent) / 100) * size, size));
    },
  });
}

const infoSchema = z.object({
  "virtual-size": z.int(),
  "backing-filename": z.string().optional(),
  "format-specific": z
    .object({
      data: z.object({
        compat: z.string().optional(),
        "data-file": z.string().optional(),
        "create-type": z.string().optional(),
      }),
    })
    .optional(),
});

/** What QEMU knows of a disk image. */
export interface DiskInfo {
  /** The size of the disk in it, in bytes. */
  size: number;
  /** Another file with a part of its contents. */
  otherFile: string | undefined;
  /** Of a qcow2: `0.10` or `1.1`. */
  compat: string | undefined;
  /** Of a VMDK: such as `streamOptimized`. */
  createType: string | undefined;
}

export async function diskInfo(path: string, format: string): Promise<DiskInfo> {
  const json: unknown = JSON.parse(await runTool("qemu-img", ["info", "--output=json", "-f", format, path]));
  const info = infoSchema.parse(json);
  const { compat, "data-file": dataFile, "create-type": createType } = info["format-specific"]?.data ?? {};
  const otherFile = info["backing-filename"] ?? dataFile;
  return { size: info["virtual-size"], otherFile, compat, createType };
}

const checkSchema = z.object({ "compressed-clusters": z.int().default(0) });

/**
 * Checks an image of a format that supports it (qcow2, vmdk, vhdx, vdi).
 * @returns QEMU's message about the damage, or the number of compressed clusters
 */
export async function checkDisk(
  path: string,
  format: string,
): Promise<{ damage: string } | { compressedClusters: number }> {
  const args = ["check", "--output=json", "-f", format, path];
  const { status, stdout, stderr } = await tryRun(await pathOf("qemu-img"), args);
  // 3: there are only leaked clusters, which waste space but are harmless (qemu-img(1)).
  if (status !== 0 && status !== 3) {
    const message = stderr.split("\n").find((line) => line.trim() !== "");
    return { damage: message ?? "qemu-img check reports damage" };
  }
  const json: unknown = JSON.parse(stdout);
  return { compressedClusters: checkSchema.parse(json)["compressed-clusters"] };
}
