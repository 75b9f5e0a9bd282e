/** `pnpm shellcheck` checks every shell file of the project; `.shellcheckrc` has the settings. */
import { lstat, open } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run, tryRun } from "@sysext-kiln/machine";
import { ensureTestPrograms } from "../src/programs.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));

const { git, shellcheck } = await ensureTestPrograms("git", "shellcheck");
const files: string[] = [];
for (const file of await projectFiles(git)) if (await isShell(file)) files.push(file);
const { status, stdout, stderr } = await tryRun(shellcheck, ["--color=auto", "--", ...files], { cwd: root });
process.stdout.write(stdout === "" ? "" : `${stdout}\n`);
process.stderr.write(stderr === "" ? "" : `${stderr}\n`);
process.stdout.write(
  `shellcheck: ${files.length} files, ${status === 0 ? "no findings" : "findings above"}\n`,
);
process.exitCode = status === 0 ? 0 : 1;

/** The existing files of the project, including new ones. Root may read a clone that another user owns. */
async function projectFiles(program: string): Promise<string[]> {
  const list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate"];
  const names = await run(program, ["-c", "safe.directory=*", ...list], { cwd: root });
  const deleted = await run(program, ["-c", "safe.directory=*", "ls-files", "-z", "--deleted"], {
    cwd: root,
  });
  const gone = new Set(deleted.split("\0"));
  return names.split("\0").filter((name) => name !== "" && !gone.has(name));
}

/**
 * Whether a file is a shell script, by its name or its first line. A template of one is checked where it is
 * rendered.
 */
async function isShell(name: string): Promise<boolean> {
  // What a link names is checked where it is, together with the files beside it that it reads.
  if (!(await lstat(join(root, name))).isFile()) return false;
  if (name.endsWith(".sh")) return true;
  if (/\.[^/]+$/.test(name.replace(/^\./, ""))) return false;
  await using file = await open(join(root, name));
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
  return /^#! ?\/(?:usr\/)?bin\/(?:env )?(?:ba|da)?sh\b/.test(buffer.toString("latin1", 0, bytesRead));
}
