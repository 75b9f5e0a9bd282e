import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

export interface TemporaryFolder extends AsyncDisposable {
  path: string;
}

/** Makes a folder that is removed at the end, even if this process is killed. */
export async function openTemporaryFolder(parent: string, prefix: string): Promise<TemporaryFolder> {
  await mkdir(parent, { recursive: true });
  const path = await mkdtemp(join(parent, prefix));
  const script = fileURLToPath(new URL("remove-when-orphaned.ts", import.meta.url));
  const watcher = execa(process.execPath, [script, path], {
    stdin: "pipe",
    stdout: "ignore",
    detached: true,
    cleanup: false,
    reject: false,
  });
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      watcher.stdin.end();
      await watcher;
      await rm(path, { recursive: true, force: true });
    },
  };
}
