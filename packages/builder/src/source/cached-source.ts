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
import type { SourceInput } from "@sysext-kiln/extension";
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
export async function cachedSource(input: SourceInput, say: Say): Promise<string> {
  const path = cacheDirectory("sources", `${input.tree}-${input.epoch}.tar`);
  await makeFolder(dirname(path));
  const fetchUnlessCached = async () => {
    if (!(await isIntact(path, input))) await fetchSource(input, path, say);
    return path;
  };
  const { repository, tag } = input.origin;
  return withLock(`${path}.lock`, fetchUnlessCached, { what: `the source of ${repository} ${tag}`, say });
}

/** Whether the cache has the source, byte for byte as it would be packed now. */
async function isIntact(path: string, input: SourceInput): Promise<boolean> {
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
async function repack(archive: string, name: string, input: SourceInput, work: string): Promise<string> {
  const unpacked = join(work, "unpacked");
  await extract(archive, name, unpacked);
  const source = join(work, "source");
  await rename(await onlyFolderIn(unpacked, name), source);
  await verify(source, name, input);

  const packed = join(work, "source.tar");
  const options = ["--mode=u=rwX,go=rX"];
  await writeTar(packed, { folder: work, names: ["source"], epoch: input.epoch, options });
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

async function verify(source: string, name: string, { tree, origin }: SourceInput): Promise<void> {
  const found = await gitTreeId(source);
  if (found === tree) return;
  throw new KilnError("digest-mismatch", {
    expected: `${name} to contain commit ${origin.commit} of ${origin.repository}, whose tree is ${tree}`,
    found: `the tree ${found}`,
    next: "do not use this archive; try again. A repository with submodules, or whose .gitattributes leave files out of archives, cannot be built from its tags",
  });
}
