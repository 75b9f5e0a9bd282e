import { readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isKilnError, KilnError, systemCode } from "@sysext-kiln/error";
import {
  cacheDirectory,
  digestOf,
  download,
  withLock,
  withWorkFolder,
  type Say,
  makeFolder,
  writeTar,
} from "@sysext-kiln/machine";
import type { FolderInput, SourceInput } from "@sysext-kiln/extension";
import { extract } from "../tree/extract.ts";
import { gitTreeId } from "./git-tree.ts";

/** The largest archive of a source that is downloaded, in bytes: the Linux kernel's has a quarter of that. */
const largestArchive = 1_000_000_000;

/**
 * Fetches the source at a commit into the cache, unless it is there, and returns the path of a tar archive:
 * one folder with the source, and the same bytes for the same commit, however the server has packed it. What
 * is in the cache is verified like what a server sends.
 * @throws KilnError `digest-mismatch` if the server's archive does not contain what the commit does
 */
export async function cachedSource(input: SourceInput | FolderInput, say: Say): Promise<string> {
  const path = cachePathOf(input);
  await makeFolder(dirname(path));
  const fetchUnlessCached = async () => {
    if (await isIntact(path, input)) return path;
    if (!isFetched(input)) {
      throw new KilnError("digest-mismatch", {
        expected: `${path} to contain the sources of the folder, whose tree is ${input.tree}`,
        found: "something else, or nothing",
        next: "run ./kiln build with --source again",
      });
    }
    await fetchSource(input, path, say);
    return path;
  };
  return withLock(`${path}.lock`, fetchUnlessCached, { what: nameOf(input), say });
}

/** Puts the source in a folder into the cache, from which a build takes it. The folder is moved. */
export async function cacheFolder(folder: string, input: FolderInput, say: Say): Promise<void> {
  const path = cachePathOf(input);
  await makeFolder(dirname(path));
  const replace = () =>
    withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
      await rename(folder, join(work, "source"));
      await rename(await pack(work, input.epoch), path);
    });
  await withLock(`${path}.lock`, replace, { what: nameOf(input), say });
}

function cachePathOf({ tree, epoch }: SourceInput | FolderInput): string {
  return cacheDirectory("sources", `${tree}-${epoch}.tar`);
}

function isFetched(input: SourceInput | FolderInput): input is SourceInput {
  return input.origin.kind === "github";
}

function nameOf(input: SourceInput | FolderInput): string {
  return isFetched(input)
    ? `the source of ${input.origin.repository} ${input.origin.tag}`
    : `the source with the tree ${input.tree}`;
}

/** Whether the cache has the source, byte for byte as it would be packed now. */
async function isIntact(path: string, input: SourceInput | FolderInput): Promise<boolean> {
  try {
    return await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
      const packed = await repack(path, `the cached ${path}`, input, work);
      return (await digestOf(packed)) === (await digestOf(path));
    });
  } catch (error) {
    const isDamaged = isKilnError(error, "archive-invalid") || isKilnError(error, "digest-mismatch");
    if (isDamaged || systemCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function fetchSource(input: SourceInput, path: string, say: Say): Promise<void> {
  const { repository, tag } = input.origin;
  say(`fetching the source of ${repository} ${tag}`);
  await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    const archive = join(work, "archive");
    await download({ url: input.url, sha256: undefined }, archive, { maxBytes: largestArchive });
    await rename(await repack(archive, input.url, input, work), path);
  });
}

/**
 * Verifies the source in an archive and packs it again, with one owner, one date and plain modes.
 * @returns the path of the new archive
 */
async function repack(
  archive: string,
  name: string,
  input: SourceInput | FolderInput,
  work: string,
): Promise<string> {
  const unpacked = join(work, "unpacked");
  await extract(archive, name, unpacked);
  const source = join(work, "source");
  await rename(await onlyFolderIn(unpacked, name), source);
  await verify(source, name, input);
  return pack(work, input.epoch);
}

/** Packs the folder `source` of a work folder, with one owner, one date and plain modes. */
async function pack(work: string, epoch: number): Promise<string> {
  const packed = join(work, "source.tar");
  const options = ["--mode=u=rwX,go=rX"];
  await writeTar(packed, { folder: work, names: ["source"], epoch, options });
  return packed;
}

/** git-archive(1), and every server that calls it, puts all files into one folder. */
async function onlyFolderIn(unpacked: string, name: string): Promise<string> {
  const [first, ...others] = await readdir(unpacked, { withFileTypes: true });
  if (first?.isDirectory() && others.length === 0) return join(unpacked, first.name);
  throw new KilnError("archive-invalid", {
    expected: `${name} to contain one folder with the source`,
    found: first ? `${others.length + 1} entries, the first of them ${first.name}` : "nothing",
    next: "try again; if the problem persists, report it to the operator of that server",
  });
}

async function verify(source: string, name: string, input: SourceInput | FolderInput): Promise<void> {
  const { tree } = input;
  const found = await gitTreeId(source);
  if (found === tree) return;
  throw new KilnError("digest-mismatch", {
    expected: isFetched(input)
      ? `${name} to contain commit ${input.origin.commit} of ${input.origin.repository}, whose tree is ${tree}`
      : `${name} to have the tree ${tree}`,
    found: `the tree ${found}`,
    next: "do not use this archive; try again. A repository with submodules, or whose .gitattributes leave files out of archives, cannot be built from its tags",
  });
}
