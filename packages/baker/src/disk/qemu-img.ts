import type { Say } from "@sysext-kiln/machine";
import { tryRun } from "@sysext-kiln/machine";
import { z } from "zod";
import { formatProgress } from "../progress.ts";
import { pathOf, runTool } from "../tool.ts";

export interface Conversion {
  from: { path: string; format: string };
  to: {
    path: string;
    format: string;
    options: readonly string[];
    /** Past the page cache. */
    direct: boolean;
  };
  /** In bytes, for the progress. */
  size: number;
}

/** Converts a disk between formats of QEMU; what is zero becomes a hole where the format has such a thing. */
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
  /** Of the disk in it, in bytes. */
  size: number;
  /** Another file that it takes a part of its bytes from. */
  elsewhere: string | undefined;
  /** `0.10` or `1.1`, of a qcow2. */
  compat: string | undefined;
  /** `streamOptimized` and the like, of a VMDK. */
  createType: string | undefined;
}

export async function diskInfo(path: string, format: string): Promise<DiskInfo> {
  const json: unknown = JSON.parse(await runTool("qemu-img", ["info", "--output=json", "-f", format, path]));
  const info = infoSchema.parse(json);
  const { compat, "data-file": dataFile, "create-type": createType } = info["format-specific"]?.data ?? {};
  const elsewhere = info["backing-filename"] ?? dataFile;
  return { size: info["virtual-size"], elsewhere, compat, createType };
}

const checkSchema = z.object({ "compressed-clusters": z.int().default(0) });

/**
 * Checks an image of a format that has something to check (qcow2, vmdk).
 * @returns what is wrong with it, in QEMU's words, or how many of its clusters are compressed
 */
export async function checkDisk(
  path: string,
  format: string,
): Promise<{ wrong: string } | { compressedClusters: number }> {
  const args = ["check", "--output=json", "-f", format, path];
  const { status, stdout, stderr } = await tryRun(await pathOf("qemu-img"), args);
  // 3: nothing is wrong but leaked clusters, which only waste space (qemu-img(1)).
  if (status !== 0 && status !== 3) {
    const said = stderr.split("\n").find((line) => line.trim() !== "");
    return { wrong: said ?? "qemu-img check finds it damaged" };
  }
  const json: unknown = JSON.parse(stdout);
  return { compressedClusters: checkSchema.parse(json)["compressed-clusters"] };
}
