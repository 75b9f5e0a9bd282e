import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { execa } from "execa";
import type { CommitState } from "../state.ts";
import { putFile } from "../../files.ts";
import { ensureTestPrograms } from "../../programs.ts";

/** Makes git ignore the settings of the machine and its user. */
const isolated = { GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };

/** git's own id of a commit's files. */
export function sourceTree(commit: CommitState): Promise<string> {
  return inRepository(commit, (git) => git("write-tree"));
}

/** The `.tar.gz` of a commit's files in one folder, as `git archive` makes it. */
export function sourceArchive(commit: CommitState, folder: string): Promise<Buffer> {
  return inRepository(commit, async (git, checkout) => {
    const id = await git("commit-tree", "-m", commit.message, await git("write-tree"));
    const { stdout } = await execa("git", ["archive", "--format=tar.gz", `--prefix=${folder}/`, id], {
      cwd: checkout,
      env: isolated,
      encoding: "buffer",
    });
    return Buffer.from(stdout);
  });
}

async function inRepository<T>(
  { files, date }: CommitState,
  work: (git: (...args: string[]) => Promise<string>, checkout: string) => Promise<T>,
): Promise<T> {
  await ensureTestPrograms("git");
  const checkout = await mkdtemp(join(tmpdir(), "kiln-source-"));
  const person = { NAME: "a", EMAIL: "a@example.org", DATE: date.toISOString() };
  const env = Object.fromEntries(
    ["AUTHOR", "COMMITTER"].flatMap((role) =>
      Object.entries(person).map(([key, value]) => [`GIT_${role}_${key}`, value]),
    ),
  );
  const git = async (...args: string[]) =>
    (await run("git", args, { cwd: checkout, env: { ...isolated, ...env } })).trim();
  try {
    for (const [path, content] of Object.entries(files)) await put(join(checkout, path), content);
    await git("init", "--quiet");
    await git("add", "--all", "--force");
    return await work(git, checkout);
  } finally {
    await rm(checkout, { recursive: true });
  }
}

async function put(path: string, content: CommitState["files"][string]): Promise<void> {
  if (typeof content === "object" && "link" in content) {
    await mkdir(dirname(path), { recursive: true });
    return symlink(content.link, path);
  }
  await putFile(path, content, { mode: content.toString().startsWith("#!") ? 0o755 : 0o644 });
}
