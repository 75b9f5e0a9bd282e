import { existsSync } from "node:fs";
import { mkdir, readdir, rename } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { cacheDirectory, download, run, withLock, withWorkFolder, type Say } from "@sysext-kiln/machine";
import type { SourceInput } from "@sysext-kiln/extension";
import { extract } from "../tree/extract.ts";
import { gitTreeId } from "./git-tree.ts";

/**
 * Brings the source at a commit to this machine, once, and gives the path of a tar archive with it: below one folder,
 * the same bytes for the same commit, however the server has packed it.
 * @throws KilnError `digest-mismatch` where the server's archive does not hold what the commit does
 */
export async function cachedSource(input: SourceInput, say: Say): Promise<string> {
  const path = cacheDirectory("sources", `${input.tree}-${input.epoch}.tar`);
  await mkdir(dirname(path), { recursive: true });
  const fetchUnlessThere = async () => {
    if (!existsSync(path)) await fetchSource(input, path, say);
    return path;
  };
  const { repository, tag } = input.origin;
  return withLock(`${path}.lock`, fetchUnlessThere, { what: `the source of ${repository} ${tag}`, say });
}

async function fetchSource(input: SourceInput, path: string, say: Say): Promise<void> {
  const { repository, tag } = input.origin;
  say(`fetching the source of ${repository} ${tag}`);
  await withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    const archive = join(work, "archive");
    await download({ url: input.url, sha256: undefined }, archive);
    const unpacked = join(work, "unpacked");
    await extract(archive, input.url, unpacked);
    const source = join(work, "source");
    await rename(await onlyFolderIn(unpacked, input), source);
    await verify(source, input);

    const packed = join(work, "source.tar");
    const owner = ["--owner=0", "--group=0", "--numeric-owner"];
    const normal = ["--sort=name", `--mtime=@${input.epoch}`, "--mode=u=rwX,go=rX", ...owner];
    await run("tar", ["--create", "--file", packed, ...normal, "--directory", work, "source"]);
    await rename(packed, path);
  });
}

/** git-archive(1) and every server that calls it put all files below one folder. */
async function onlyFolderIn(unpacked: string, { url }: SourceInput): Promise<string> {
  const [first, ...others] = await readdir(unpacked, { withFileTypes: true });
  if (first?.isDirectory() && others.length === 0) return join(unpacked, first.name);
  throw new KilnError("archive-invalid", {
    expected: `${url} to hold one folder with the source`,
    found: first ? `${others.length + 1} entries, the first of them ${first.name}` : "nothing",
    next: "try again; if it stays so, ask who runs that server",
  });
}

async function verify(source: string, { url, tree, origin }: SourceInput): Promise<void> {
  const found = await gitTreeId(source);
  if (found === tree) return;
  throw new KilnError("digest-mismatch", {
    expected: `${url} to hold commit ${origin.commit} of ${origin.repository}, whose tree is ${tree}`,
    found: `a tree ${found}`,
    next: "do not use this archive; try again. A repository with submodules, or whose .gitattributes leave files out of archives, can't be built from its tags",
  });
}
