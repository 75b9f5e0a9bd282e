import { basename } from "node:path";
import { filesDigest, nativeArchitecture } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { debianArchive, newestBinary } from "@sysext-kiln/version-watcher";

/** The Debian suites that the compiler is installed from. */
export const suites = ["trixie", "trixie-security"];

/**
 * Debian's package of Go and its standard library, which is linked in: a security fix is a new version of the
 * package.
 */
export const compilerPackage = "golang-1.24-go";

/** To be incremented by a change of this package after which the same inputs give different bytes. */
const containerFormat = 1;

/** What determines the container's bytes, besides keepalived's images. */
export interface ContainerInputs {
  /** SHA-256 over `deploy/container`. */
  recipe: string;
  /** Debian's version of the compiler. */
  compiler: string;
}

/** The current inputs. @param recipe the path of `deploy/container` */
export async function currentInputs(recipe: string, say: Say): Promise<ContainerInputs> {
  return { recipe: await containerRecipeDigest(recipe), compiler: await newestCompiler(say) };
}

/**
 * The digest of everything in `deploy/container` that determines the container's bytes. Documentation and
 * Go's test files do not: a published container is not outdated because one of them has changed.
 */
export async function containerRecipeDigest(recipe: string): Promise<string> {
  return filesDigest(recipe, String(containerFormat), determinesBytes);
}

function determinesBytes(path: string): boolean {
  return basename(path) !== "README.md" && !path.endsWith("_test.go");
}

/** The newest version of the compiler on the package mirror. */
export async function newestCompiler(say: Say): Promise<string> {
  const [file] = await newestBinary(debianArchive(say), compilerPackage, suites, nativeArchitecture());
  if (file?.origin.kind !== "debian") throw new Error(`${compilerPackage} is a Debian package`);
  return file.origin.version;
}
