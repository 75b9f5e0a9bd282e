import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@sysext-kiln/machine";
import type { CommitState } from "../state.ts";

/** The `.tar.gz` of a commit's files, below one folder; the same commit gives the same bytes. */
export async function sourceArchive({ files, date }: CommitState, folder: string): Promise<Buffer> {
  const place = await mkdtemp(join(tmpdir(), "kiln-source-"));
  try {
    for (const [path, content] of Object.entries(files)) {
      const target = join(place, folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, content, { mode: content.toString().startsWith("#!") ? 0o755 : 0o644 });
    }
    await mkdir(join(place, folder), { recursive: true });
    const same = [
      "--sort=name",
      "--owner=0",
      "--group=0",
      "--numeric-owner",
      `--mtime=${date.toISOString()}`,
    ];
    // gzip writes no name and no date when it reads from a pipe.
    await run("tar", ["--create", "--use-compress-program=gzip", ...same, "--file=archive.tar.gz", folder], {
      cwd: place,
    });
    return await readFile(join(place, "archive.tar.gz"));
  } finally {
    await rm(place, { recursive: true });
  }
}
