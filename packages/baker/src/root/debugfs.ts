import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { tryRun } from "@sysext-kiln/machine";
import { pathOf, runTool } from "../tool.ts";
import type { FileSystem } from "./file-system.ts";

/** A file, folder or link of a file system. */
export interface Inode {
  type: string;
  /** Permission bits. */
  mode: number;
  owner: string;
  /** The target of a link, if it is stored in the inode itself. */
  target: string | undefined;
}

/**
 * The inode at each of the paths; undefined if there is none. Links are not followed at the end of a path.
 */
export async function statAll(
  fileSystem: FileSystem,
  paths: readonly string[],
): Promise<(Inode | undefined)[]> {
  const { stdout } = await runCommands(
    fileSystem,
    paths.map((path) => `stat ${safe(path)}`),
    { write: false },
  );
  const answers = stdout.split(/^debugfs: stat .*$/m).slice(1);
  return answers.map(parseInode);
}

function parseInode(text: string): Inode | undefined {
  const [, type, mode] = /Type: (.+?) +Mode: +(\d+)/.exec(text) ?? [];
  const [, user, group] = /User: +(\d+) +Group: +(\d+)/.exec(text) ?? [];
  if (type === undefined || mode === undefined) return undefined;
  const target = /^Fast link dest: "(.*)"$/m.exec(text)?.[1];
  return { type, mode: Number.parseInt(mode, 8), owner: `${user}:${group}`, target };
}

/** The SHA-256 of a file in a file system, in hex. */
export async function digestInside({ folder, device }: FileSystem, path: string): Promise<string> {
  const hash = createHash("sha256");
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done();
    },
  });
  const written = finished(output);
  await runTool("debugfs", ["-R", `cat ${safe(path)}`, device], { cwd: folder, output });
  await written;
  return hash.digest("hex");
}

/** The text of a small file, or the target of a long link. */
export async function readInside({ folder, device }: FileSystem, path: string): Promise<string> {
  return await runTool("debugfs", ["-R", `cat ${safe(path)}`, device], { cwd: folder });
}

/**
 * Runs commands of debugfs(8), which exits with 0 even on errors.
 * @param options.epoch the date of new entries, in seconds since 1970
 * @returns its standard output, and its error messages
 */
export async function runCommands(
  { folder, device }: FileSystem,
  commands: readonly string[],
  { write, epoch = 0 }: { write: boolean; epoch?: number },
): Promise<{ stdout: string; errors: string[] }> {
  const script = "debugfs.commands";
  await writeFile(join(folder, script), commands.map((command) => `${command}\n`).join(""));
  const args = [...(write ? ["-w"] : []), "-f", script, device];
  // libext2fs uses this instead of the current time (ext2fs_open2).
  const env = { E2FSPROGS_FAKE_TIME: String(epoch), DEBUGFS_PAGER: "__none__" };
  const { stdout, stderr, summary, status } = await tryRun(await pathOf("debugfs"), args, {
    cwd: folder,
    env,
  });
  const errors = stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("debugfs "));
  return { stdout, errors: status === 0 ? errors : [...errors, summary] };
}

/** debugfs splits its commands at spaces, and has its own rules for quotes. */
export function safe(path: string): string {
  if (/^[\w./@-]+$/.test(path)) return path;
  throw new Error(`${JSON.stringify(path)} has a character with a special meaning for debugfs`);
}
