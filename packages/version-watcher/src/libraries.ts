import { KilnError } from "@sysext-kiln/error";
import type { Architecture, Definition, FileInput, HostLibrary } from "@sysext-kiln/extension";
import type { DebianArchive } from "./upstreams/debian/archive.ts";
import type { IsKnown } from "./upstreams/upstream.ts";
import {
  binaryCandidate,
  newestAvailable,
  sourceCandidate,
  type Candidate,
} from "./upstreams/debian/candidates.ts";

/**
 * The newest versions of the libraries that a Dockerfile links in, so that a security fix is a new input.
 * @param isKnown of which inputs the mirror need not be asked whether it still has them
 */
export async function compileInputs(
  archive: DebianArchive,
  { compile }: Definition,
  architecture: Architecture,
  isKnown?: IsKnown,
): Promise<FileInput[]> {
  if (!compile) return [];
  const { suites, sources, packages } = compile;
  const inputs = await Promise.all([
    ...sources.map(async (name) => {
      const candidates = (await archive.sources(suites, name)).map(sourceCandidate);
      return newest(archive, name, suites, candidates, isKnown);
    }),
    ...packages.map((name) => newestBinary(archive, name, suites, architecture, isKnown)),
  ]);
  return inputs.flat();
}

/** The packages that stand in for hosts of some architectures in the smoke run. */
export async function hostLibraries(
  archive: DebianArchive,
  { hostLibraries: wanted }: Definition,
  architectures: readonly Architecture[],
): Promise<HostLibrary[]> {
  if (!wanted) return [];
  const { packages, suite } = wanted;
  const libraries = architectures.flatMap((architecture) =>
    packages.map(async (name) => {
      const inputs = await newestBinary(archive, name, [suite], architecture);
      return inputs.map((input) => ({ ...input, architecture }));
    }),
  );
  return (await Promise.all(libraries)).flat();
}

/** The file of a binary package, in the newest version that the mirror has completely. */
export async function newestBinary(
  archive: DebianArchive,
  name: string,
  suites: readonly string[],
  architecture: Architecture,
  isKnown?: IsKnown,
): Promise<FileInput[]> {
  const candidates = (await archive.binaries(suites, name, architecture)).map(binaryCandidate);
  return newest(archive, name, suites, candidates, isKnown);
}

async function newest(
  archive: DebianArchive,
  name: string,
  suites: readonly string[],
  candidates: readonly Candidate[],
  isKnown?: IsKnown,
): Promise<FileInput[]> {
  const inputs = await newestAvailable(candidates, archive, isKnown);
  if (inputs) return inputs;
  throw new KilnError("archive-invalid", {
    expected: `a version of package ${name} in ${suites.join(", ")} with all its files`,
    found: candidates.length === 0 ? "no such package" : "only versions with files that the mirror lacks",
    next: "check the package's name in extension.yaml, or use a mirror that has it",
  });
}
