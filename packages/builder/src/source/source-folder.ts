import { constants } from "node:fs";
import { cp, lstat, open, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { describeSystemError, KilnError, systemCode } from "@sysext-kiln/error";
import {
  type Extension,
  type FolderInput,
  type GithubTags,
  parseUpstreamVersion,
} from "@sysext-kiln/extension";
import { cacheDirectory, readRegularFile, withWorkFolder, type Say } from "@sysext-kiln/machine";
import { cacheFolder } from "./cached-source.ts";
import { checkedOutCommit, requireClean } from "./checkout.ts";
import { gitTreeId } from "./git-tree.ts";

/** The sources in a folder, as they are now in the cache. */
export interface SourceFolder {
  /** The version that the sources themselves state. */
  version: string;
  input: FolderInput;
}

/** The largest file that states a version, in bytes. */
const largestFile = 10_000_000;

/**
 * Copies the sources in a folder into the cache, and reads which version they are. The folder is a copy of the
 * repository that the extension's upstream `github` names: a clean git checkout at the tag of that version, or
 * its files without a repository. Compiled files in it are an error, because make might link them in.
 * @param wanted the version that the user named
 * @throws KilnError `usage`, `file-inaccessible`, `unknown-version`, `archive-invalid`
 */
export async function readSourceFolder(
  { definition }: Extension,
  folder: string,
  wanted: string | undefined,
  say: Say,
): Promise<SourceFolder> {
  const { name } = definition;
  const repository = repositoryOf(definition);
  const path = resolve(folder);
  await requireFolder(path, name);
  const version = await statedVersion(path, name, repository);
  if (wanted !== undefined && parseUpstreamVersion(wanted) !== version) {
    throw new KilnError("unknown-version", {
      expected: `${path} to contain the sources of ${name} ${wanted}`,
      found: `those of ${version}, as ${repository.statedVersion.file} says`,
      next: `check out the tag of ${wanted} there, or leave the version out`,
    });
  }
  say(`reading ${path}`);
  const commit = await checkedOutCommit(path, version, repository.tags);
  return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    const copy = join(work, "source");
    await copySources(path, copy);
    const { newest } = await inspect(copy, path);
    const tree = await gitTreeId(copy);
    if (commit) await requireClean(path, copy, tree, commit);
    const input: FolderInput = {
      name: `${name}.orig.tar`,
      tree,
      epoch: commit?.epoch ?? newest,
      origin: { kind: "folder", ...(commit && { commit: commit.id, tag: commit.tag }) },
    };
    await cacheFolder(copy, input, say);
    return { version, input };
  });
}

type Repository = GithubTags & { statedVersion: NonNullable<GithubTags["statedVersion"]> };

function repositoryOf({ name, upstreams: { github } }: Extension["definition"]): Repository {
  if (github?.kind === "tags" && github.statedVersion)
    return { ...github, statedVersion: github.statedVersion };
  throw new KilnError("usage", {
    expected: `${name} to be compiled from the sources at a tag, and its definition to say where they state their version, because of --source`,
    found: "no upstreams.github.statedVersion",
    next: "leave --source out, or add the key to the definition",
  });
}

async function requireFolder(path: string, name: string): Promise<void> {
  const found = await stat(path).catch((cause: unknown) => describeSystemError(cause) ?? String(cause));
  if (typeof found === "object" && found.isDirectory()) return;
  throw new KilnError("file-inaccessible", {
    expected: `${path} to be a folder with the sources of ${name}`,
    found: typeof found === "object" ? "no folder" : found,
    next: "give the folder of a checkout of upstream's tag",
  });
}

/** Reads the version from the file that the definition names. */
async function statedVersion(
  path: string,
  name: string,
  { repository, statedVersion: { file, text } }: Repository,
): Promise<string> {
  const content = await readRegularFile(join(path, file), largestFile).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT" || systemCode(error) === "ENOTDIR") return undefined;
    throw error;
  });
  const [before = "", after = ""] = text.split("{version}");
  const [, ...rest] = (content?.toString("utf8") ?? "").split(before);
  const end = rest[0]?.indexOf(after) ?? -1;
  const version = end > 0 ? parseUpstreamVersion(rest[0]?.slice(0, end) ?? "") : undefined;
  if (version !== undefined) return version;
  throw new KilnError("unknown-version", {
    expected: `${path} to contain the sources of ${name}, whose ${file} contains ${JSON.stringify(text)}`,
    found:
      content === undefined
        ? `no file ${file}`
        : `a ${file} without that, or with something that is no version`,
    next: `give the folder of a checkout of ${repository}, at the tag of a version`,
  });
}

/** Copies everything but the repository of git. */
async function copySources(from: string, to: string): Promise<void> {
  const repository = join(from, ".git");
  try {
    await cp(from, to, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (path) => path !== repository,
    });
  } catch (cause) {
    throw new KilnError("archive-invalid", {
      expected: `${from} to contain only folders, files and links that can be read`,
      found: describeSystemError(cause) ?? String(cause),
      next: "give a folder with nothing but the sources",
      cause,
    });
  }
}

/** The start of a compiled program or object, of a static library, and of LLVM's bitcode. */
const compiledFormats = ["\x7fELF", "!<arch>\n", "!<thin>\n", "BC\xc0\xde"];

/** Rejects compiled files. @returns the date of the newest file, in seconds since 1970 */
async function inspect(copy: string, path: string): Promise<{ newest: number }> {
  let newest = 0;
  for (const entry of await readdir(copy, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    newest = Math.max(newest, Math.floor((await lstat(file)).mtimeMs / 1000));
    const start = await startOf(file);
    if (!compiledFormats.some((format) => start.startsWith(format))) continue;
    throw new KilnError("archive-invalid", {
      expected: `${path} to contain only sources`,
      found: `the compiled file ${file.slice(copy.length + 1)}`,
      next: "use a fresh copy of the sources in which nothing was built",
    });
  }
  return { newest };
}

async function startOf(file: string): Promise<string> {
  await using handle = await open(file);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(8), 0, 8, 0);
  return buffer.toString("latin1", 0, bytesRead);
}
