import { createHash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import { tryRun } from "@sysext-kiln/machine";
import { pathOf, runTool } from "../tool.ts";
import type { FileSystem } from "./file-system.ts";

/** What stands at a path of a file system. */
export interface Inode {
  type: string;
  /** Permission bits. */
  mode: number;
  owner: string;
  /** Where a link leads, if that stands in the inode itself. */
  target: string | undefined;
}

/** What stands at each of the paths; undefined where nothing does. A last link is not followed. */
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

/** SHA-256 of a file in a file system, in hex. */
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

/** A small file's text, or the target of a long link. */
export async function readInside({ folder, device }: FileSystem, path: string): Promise<string> {
  return await runTool("debugfs", ["-R", `cat ${safe(path)}`, device], { cwd: folder });
}

/**
 * Runs commands of debugfs(8), which ends with 0 whatever happens.
 * @param options.epoch the date of what is written, in seconds since 1970
 * @returns what it wrote, and its complaints
 */
export async function runCommands(
  { folder, device }: FileSystem,
  commands: readonly string[],
  { write, epoch = 0 }: { write: boolean; epoch?: number },
): Promise<{ stdout: string; complaints: string[] }> {
  const script = "debugfs.commands";
  await writeFile(join(folder, script), commands.map((command) => `${command}\n`).join(""));
  const args = [...(write ? ["-w"] : []), "-f", script, device];
  // libext2fs takes this for the present time (ext2fs_open2).
  const env = { E2FSPROGS_FAKE_TIME: String(epoch), DEBUGFS_PAGER: "__none__" };
  const { stdout, stderr, summary, status } = await tryRun(await pathOf("debugfs"), args, {
    cwd: folder,
    env,
  });
  const complaints = stderr.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("debugfs "));
  return { stdout, complaints: status === 0 ? complaints : [...complaints, summary] };
}

/** Words of debugfs' commands are split at spaces, and quotes are its own. */
export function safe(path: string): string {
  if (/^[\w./@-]+$/.test(path)) return path;
  throw new Error(`${JSON.stringify(path)} has a character that debugfs may take for something else`);
}
