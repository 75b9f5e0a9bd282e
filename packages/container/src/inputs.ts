import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { debianArchive, newestBinary } from "@sysext-kiln/version-watcher";

/** Suites of Debian that the container's programs are compiled with. */
export const suites = ["trixie", "trixie-security"];

/** What brings Go and its standard library, which is linked in: its security fixes arrive as new versions of it. */
export const compilerPackage = "golang-1.24-go";

/** Counted up by whoever changes this package so that the same inputs give other bytes. */
const containerFormat = 1;

/** What decides about the container's bytes, besides keepalived's images. */
export interface ContainerInputs {
  /** SHA-256 over `deploy/container`. */
  readonly recipe: string;
  /** Debian's version of the compiler. */
  readonly compiler: string;
}

/** The inputs of today. @param recipe the folder of `deploy/container` */
export async function currentInputs(recipe: string, say: Say): Promise<ContainerInputs> {
  return { recipe: await recipeDigest(recipe), compiler: await newestCompiler(say) };
}

export async function recipeDigest(recipe: string): Promise<string> {
  const hash = createHash("sha256").update(String(containerFormat));
  const entries = await readdir(recipe, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && entry.name !== "README.md")
    .map((entry) => join(entry.parentPath, entry.name).slice(recipe.length + 1));
  for (const path of paths.toSorted()) {
    const digest = createHash("sha256").update(await readFile(join(recipe, path)));
    hash.update(`\n${path} ${digest.digest("hex")}`);
  }
  return hash.digest("hex");
}

/** The version of the compiler that the package mirror has. */
export async function newestCompiler(say: Say): Promise<string> {
  const [file] = await newestBinary(debianArchive(say), compilerPackage, suites, nativeArchitecture());
  if (file?.origin.kind !== "debian") throw new Error(`${compilerPackage} is a package of Debian's`);
  return file.origin.version;
}
