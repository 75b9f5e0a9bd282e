import { hash } from "node:crypto";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "./programs.ts";
import { zipOf } from "./zip.ts";

/** Writes a file, and makes the folders above it. @param mode regardless of the umask */
export async function putFile(
  path: string,
  content: string | Uint8Array,
  { mode, flag = "w" }: { mode?: number; flag?: "w" | "wx" } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content, { flag });
  if (mode !== undefined) await chmod(path, mode);
}

/**
 * Makes a real tar archive of texts and programs by path; a program is a buffer, and is executable.
 * @param compressor the program that compresses it
 */
export async function tarArchive(
  files: Readonly<Record<string, string | Buffer>>,
  compressor: "gzip" | "xz" | "bzip2" | "zstd" = "gzip",
): Promise<Buffer> {
  if (compressor !== "gzip") await ensureTestPrograms(compressor);
  const folder = await mkdtemp(join(tmpdir(), "kiln-tar-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      await putFile(join(folder, "tree", path), content, { mode: modeOf(content) });
    }
    const archive = join(folder, "archive.tar");
    const fast = `--use-compress-program=${compressor} -1`;
    await run("tar", ["--create", fast, "--file", archive, "--directory", join(folder, "tree"), "."]);
    return await readFile(archive);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Makes a real zip archive of texts and programs, as `tarArchive` does. */
export function zipArchive(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const members = Object.entries(files).map(([name, content]) => ({
    ...{ name, content },
    mode: 0o100000 | modeOf(content),
  }));
  return zipOf(members);
}

/** The mode of a file in a package or an archive: programs are buffers. */
export function modeOf(content: string | Buffer): number {
  return typeof content === "string" ? 0o644 : 0o755;
}

/** The assets of a release, with upstream's list of their digests. */
export function withChecksums(
  assets: Readonly<Record<string, string | Buffer>>,
): Record<string, string | Buffer> {
  const lines = Object.entries(assets).map(([name, bytes]) => `${hash("sha256", bytes)}  ${name}\n`);
  return { ...assets, SHA256SUMS: lines.join("") };
}
