import type { Architecture, DebianUpstream } from "@sysext-kiln/extension";
import { memoize, type Subject, type Upstream } from "../upstream.ts";
import type { DebianArchive } from "./archive.ts";
import { binaryCandidate, newestAvailable, sourceCandidate, type Candidate } from "./candidates.ts";
import { upstreamVersionOf } from "./debian-version.ts";

/**
 * The versions in Debian's archive: of a source package, or of binary packages for every architecture. Which of
 * them there are is in the index; the mirror is asked only for the files of versions that matter.
 */
export function debianUpstream(
  archive: DebianArchive,
  debian: DebianUpstream,
  { architectures }: Subject,
): Upstream {
  const candidates = memoize(
    (architecture) => candidatesByVersion(archive, debian, architecture),
    (architecture: Architecture) => architecture,
  );
  const revisionsOf = async (version: string, architecture: Architecture) =>
    (await candidates(architecture)).get(version) ?? [];
  const available = memoize(
    async (version: string, architecture: Architecture) =>
      newestAvailable(await revisionsOf(version, architecture), archive),
    (version, architecture) => `${architecture} ${version}`,
  );

  return {
    name: "debian",
    filesIdentity: "none",

    async versions() {
      const found = await Promise.all(architectures.map(candidates));
      return [...new Set(found.flatMap((versions) => [...versions.keys()]))].map((version) => ({ version }));
    },

    async unavailableReason(version) {
      const found = await Promise.all(
        architectures.map(async (one) => ({ architecture: one, files: await available(version, one) })),
      );
      const missing = found
        .filter(({ files }) => files === undefined)
        .map(({ architecture }) => architecture);
      return missing.length === 0 ? undefined : `is not in the archive for ${missing.join(" and ")}`;
    },

    async inputs(version, architecture, isKnown) {
      const files =
        isKnown === undefined
          ? await available(version, architecture)
          : await newestAvailable(await revisionsOf(version, architecture), archive, isKnown);
      return files ?? [];
    },
  };
}

/** Every upstream version in the archive, with its Debian revisions. */
async function candidatesByVersion(
  archive: DebianArchive,
  debian: DebianUpstream,
  architecture: Architecture,
): Promise<Map<string, Candidate[]>> {
  const candidates =
    "source" in debian
      ? (await archive.sources(debian.suites, debian.source)).map(sourceCandidate)
      : await packageCandidates(archive, debian, architecture);
  const versions = new Map<string, Candidate[]>();
  for (const [version, revisions] of Map.groupBy(candidates, (one) => upstreamVersionOf(one.version)))
    if (version !== undefined) versions.set(version, revisions);
  return versions;
}

/** Binary packages that belong together: the versions of the first one that all others also have. */
async function packageCandidates(
  archive: DebianArchive,
  { suites, packages }: Extract<DebianUpstream, { packages: unknown }>,
  architecture: Architecture,
): Promise<Candidate[]> {
  const parts = await Promise.all(
    Object.entries(packages).map(async ([name, take]) => {
      const found = (await archive.binaries(suites, name, architecture)).map(binaryCandidate);
      return new Map(
        found.map(({ version, inputs }) => [version, inputs.map((input) => Object.assign(input, { take }))]),
      );
    }),
  );
  const [first, ...others] = parts;
  return [...(first?.keys() ?? [])]
    .filter((version) => others.every((part) => part.has(version)))
    .map((version) => ({
      name: Object.keys(packages).join(" and "),
      version,
      inputs: parts.flatMap((part) => part.get(version) ?? []),
    }));
}
