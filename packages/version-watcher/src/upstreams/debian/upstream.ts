import type { Architecture, DebianUpstream, Input } from "@sysext-kiln/extension";
import { memoize, type Subject, type Upstream } from "../upstream.ts";
import type { DebianArchive } from "./archive.ts";
import { binaryCandidate, newestAvailable, sourceCandidate, type Candidate } from "./candidates.ts";
import { upstreamVersionOf } from "./debian-version.ts";

/** The versions in Debian's archive: of a source package, or of binary packages for every architecture. */
export function debianUpstream(
  archive: DebianArchive,
  debian: DebianUpstream,
  { architectures }: Subject,
): Upstream {
  const available = memoize(
    (architecture) => filesByVersion(archive, debian, architecture),
    (architecture: Architecture) => architecture,
  );

  return {
    name: "debian",
    filesIdentity: "none",

    async versions() {
      const found = await Promise.all(architectures.map(available));
      return [...new Set(found.flatMap((versions) => [...versions.keys()]))].map((version) => ({ version }));
    },

    async unavailableReason(version) {
      const found = await Promise.all(
        architectures.map(async (one) => ({ architecture: one, has: (await available(one)).has(version) })),
      );
      const missing = found.filter(({ has }) => !has).map(({ architecture }) => architecture);
      return missing.length === 0 ? undefined : `is not in the archive for ${missing.join(" and ")}`;
    },

    async inputs(version, architecture) {
      return (await available(architecture)).get(version) ?? [];
    },
  };
}

/** The files of every upstream version in the archive, each in its newest Debian revision. */
async function filesByVersion(
  archive: DebianArchive,
  debian: DebianUpstream,
  architecture: Architecture,
): Promise<Map<string, Input[]>> {
  const candidates =
    "source" in debian
      ? (await archive.sources(debian.suites, debian.source)).map(sourceCandidate)
      : await packageCandidates(archive, debian, architecture);
  const files = new Map<string, Input[]>();
  for (const [version, revisions] of Map.groupBy(candidates, (one) => upstreamVersionOf(one.version))) {
    const inputs = version === undefined ? undefined : await newestAvailable(revisions, archive.say);
    if (version !== undefined && inputs) files.set(version, inputs);
  }
  return files;
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
