import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@sysext-kiln/machine";

/** Makes a real `.tar.gz` of texts and programs by path; a program is a buffer, and is executable. */
export async function tarArchive(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-tar-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      const target = join(folder, "tree", path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content);
      if (typeof content !== "string") await chmod(target, 0o755);
    }
    const archive = join(folder, "archive.tar.gz");
    const fast = "--use-compress-program=gzip -1";
    await run("tar", ["--create", fast, "--file", archive, "--directory", join(folder, "tree"), "."]);
    return await readFile(archive);
  } finally {
    await rm(folder, { recursive: true });
  }
}
