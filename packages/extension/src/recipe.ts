import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Extension } from "./load.ts";
import { choosableUpstreams, type BuildOrigin } from "./upstream-name.ts";

/**
 * To be incremented by a change of the builder after which the same inputs give different bytes: every
 * extension is then rebuilt as a new revision.
 */
const imageFormat = 2;

/** The parts of a recipe besides the definition: the image's own files, and what compiles the programs. */
const recipeParts = ["Dockerfile", "build", "files"];

/**
 * SHA-256 over everything in an extension that determines the bytes of its images, besides the inputs. Only
 * the upstream that is built from counts: adding another one does not rebuild published versions. A folder has
 * the recipe of the repository that it is a copy of.
 */
export async function recipeDigest({ definition, folder }: Extension, from: BuildOrigin): Promise<string> {
  const { name, compile, hosts, links, upstreams, static: isStatic } = definition;
  const upstream = withoutPins(upstreams[from === "folder" ? "github" : from]);
  const sources = Object.entries(definition.sources ?? {}).map(
    ([source, { version, ...kinds }]) =>
      [
        source,
        version,
        ...choosableUpstreams.map((kind) => kinds[kind] && withoutPins(kinds[kind])),
      ] as const,
  );
  const { service, healthySeconds, steadySeconds, rollback } = hosts;
  const forHosts = { service, healthySeconds, steadySeconds, rollback };
  const head = JSON.stringify({
    imageFormat,
    name,
    compile,
    upstream,
    isStatic,
    hosts: forHosts,
    links,
    ...(sources.length > 0 && { sources }),
  });
  return filesDigest(folder, head, (path) => recipeParts.includes(path.split("/")[0] ?? ""));
}

/**
 * Omits what somebody has reviewed, and where sources state their version: they do not affect how a version
 * is built, so that pinning one version does not rebuild all others.
 */
function withoutPins(upstream: object | undefined): object {
  return { ...upstream, pins: undefined, digests: undefined, statedVersion: undefined };
}

/**
 * SHA-256 in hex over files and links of a folder: their paths, whether they are executable, and their
 * contents or targets.
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
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  for (const path of paths.filter(includes).toSorted()) {
    const file = join(folder, path);
    const status = await lstat(file);
    const kind = status.isSymbolicLink() ? "l" : (status.mode & 0o111) === 0 ? "-" : "x";
    const content = kind === "l" ? await readlink(file) : await readFile(file);
    hash.update(`\n${path} ${kind} ${createHash("sha256").update(content).digest("hex")}`);
  }
  return hash.digest("hex");
}
