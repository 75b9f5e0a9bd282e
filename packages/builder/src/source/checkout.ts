import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { ensurePrograms, tryRun } from "@sysext-kiln/machine";
import { gitTreeFiles } from "./git-tree.ts";

/** The commit that is checked out in a folder. */
export interface Commit {
  id: string;
  /** The id of its tree. */
  tree: string;
  /** Its date, in seconds since 1970. */
  epoch: number;
  /** The tag of the version, which names it. */
  tag: string;
}

/**
 * The commit that is checked out in a folder; undefined if the folder is not a git checkout.
 * @param form the form of the tags, with `{version}` in it once; without it, a version with or without `v`
 * @throws KilnError `unknown-version` if no tag of the version names the commit
 */
export async function checkedOutCommit(
  folder: string,
  version: string,
  form: string | undefined,
): Promise<Commit | undefined> {
  const isCheckout = await lstat(join(folder, ".git")).catch(() => undefined);
  if (!isCheckout) return undefined;
  await ensurePrograms(["git"], () => undefined);
  const [id = "", tree = "", date = ""] = (await git(folder, ["log", "-1", "--format=%H %T %ct"])).split(" ");
  const tags = (await git(folder, ["tag", "--points-at", id])).split("\n");
  const wanted = form === undefined ? [`v${version}`, version] : [form.replace("{version}", () => version)];
  const tag = wanted.find((one) => tags.includes(one));
  if (tag !== undefined) return { id, tree, epoch: Number(date), tag };
  throw new KilnError("unknown-version", {
    expected: `${folder} to be at the tag ${wanted[0]}, because its sources say that they are version ${version}`,
    found: `the commit ${id}, which that tag does not name`,
    next: `git -C ${folder} checkout ${wanted[0]}; a clone without tags gets them with git fetch --tags`,
  });
}

/**
 * Requires that a folder's files are those of the commit.
 * @param copy a copy of the folder's files, without its repository
 * @param tree the id of the copy's tree
 * @throws KilnError `archive-invalid`
 */
export async function requireClean(
  folder: string,
  copy: string,
  tree: string,
  commit: Commit,
): Promise<void> {
  if (tree === commit.tree) return;
  const found = await gitTreeFiles(copy);
  const committed = await committedFiles(folder, commit);
  const changed = [...new Set([...found.keys(), ...committed.keys()])].filter(
    (path) => found.get(path) !== committed.get(path),
  );
  const [first, ...others] = changed.toSorted();
  throw new KilnError("archive-invalid", {
    expected: `${folder} to contain exactly the files of ${commit.tag}`,
    found:
      first === undefined
        ? `the tree ${tree}, not ${commit.tree}`
        : `changed, missing or additional files: ${first}${others.length > 0 ? `, and ${others.length} more` : ""}`,
    next: `use a fresh copy: git clone ${folder} NEW-FOLDER && git -C NEW-FOLDER checkout ${commit.tag}`,
  });
}

/** Like `gitTreeFiles`. Also of submodules, which no folder has, as their mode is that of a commit. */
async function committedFiles(folder: string, { id }: Commit): Promise<Map<string, string>> {
  const lines = (await git(folder, ["ls-tree", "-r", "-z", "--full-tree", id])).split("\0");
  return new Map(
    lines.flatMap((line): [string, string][] => {
      const [, mode, object, path] = /^(\d+) \w+ (\w+)\t([^]+)$/.exec(line) ?? [];
      return path === undefined ? [] : [[path, `${mode} ${object}`]];
    }),
  );
}

/**
 * Runs git without anything that the folder's configuration would start. Only for commands that read what is committed:
 * those that look at files, such as `git status`, start the filters that the configuration names.
 */
async function git(folder: string, args: readonly string[]): Promise<string> {
  const repository = [`--git-dir=${join(folder, ".git")}`, `--work-tree=${folder}`];
  const quiet = ["-c", "core.fsmonitor=false", "-c", "log.showSignature=false", "--no-optional-locks"];
  const { status, stdout, summary } = await tryRun("git", [...repository, ...quiet, ...args], {
    // A partial clone would start what its configuration names to fetch the rest.
    env: { GIT_NO_LAZY_FETCH: "1" },
  });
  if (status === 0) return stdout.trimEnd();
  throw new KilnError("file-inaccessible", {
    expected: `${folder} to be a git checkout, because it contains .git`,
    found: summary,
    next: "use a fresh clone, or a copy of the sources without .git",
  });
}
