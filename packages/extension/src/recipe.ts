import { createHash } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Extension } from "./load.ts";
import type { UpstreamName } from "./upstream-name.ts";

/**
 * Counted up by whoever changes the builder so that the same inputs give other bytes; every extension is then
 * rebuilt under a new revision.
 */
const imageFormat = 1;

/** What a recipe consists of, besides its definition: files that go into the image, and what compiles. */
const recipeParts = ["Dockerfile", "build", "files"];

/**
 * SHA-256 over everything of an extension that decides about its images' bytes, besides the inputs. An
 * upstream that is not built from does not count: what is published stays as it is when another one is added.
 */
export async function recipeDigest({ definition, folder }: Extension, from: UpstreamName): Promise<string> {
  const { name, compile, upstreams, static: isStatic } = definition;
  // What a tag may name is no part of how it is built: to accept one rebuilds no other version.
  const upstream = { ...upstreams[from], pins: undefined };
  const head = JSON.stringify({ imageFormat, name, compile, upstream, isStatic });
  return filesDigest(folder, head, (path) => recipeParts.includes(path.split("/")[0] ?? ""));
}

/**
 * SHA-256 in hex over files of a folder: their paths, whether they are executable, and their contents.
 * @param head what the digest depends on besides the files
 * @param includes decides about each file, by its path relative to the folder
 */
export async function filesDigest(
  folder: string,
  head: string,
  includes: (path: string) => boolean,
): Promise<string> {
  const hash = createHash("sha256").update(head);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  for (const path of paths.filter(includes).toSorted()) {
    const file = join(folder, path);
    const executable = ((await stat(file)).mode & 0o111) !== 0;
    const digest = createHash("sha256").update(await readFile(file));
    hash.update(`\n${path} ${executable ? "x" : "-"} ${digest.digest("hex")}`);
  }
  return hash.digest("hex");
}
