import type { Architecture, DebianUpstream, Definition, Input } from "@sysext-kiln/extension";
import { memoize } from "../memoize.ts";
import type { Upstream } from "../upstream.ts";
import type { DebianArchive } from "./archive.ts";
import { newestAvailable, type Candidate } from "./available.ts";
import { upstreamVersionOf } from "./debian-version.ts";
import { binaryCandidate, sourceCandidate } from "./inputs.ts";

/** Versions as Debian's archive has them: a source package, or binary packages of every architecture. */
export function debianUpstream(archive: DebianArchive, definition: Definition): Upstream {
  const { architectures, name, upstreams } = definition;
  const { debian } = upstreams;
  if (!debian) throw new Error(`${name} has no upstream debian`);
  const offers = memoize(
    (architecture) => available(archive, debian, architecture),
    (architecture: Architecture) => architecture,
  );

  return {
    name: "debian",

    async versions() {
      const found = await Promise.all(architectures.map(offers));
      return [...new Set(found.flatMap((offer) => [...offer.keys()]))].map((version) => ({ version }));
    },

    async withheld(version) {
      const found = await Promise.all(
        architectures.map(async (one) => ({ architecture: one, has: (await offers(one)).has(version) })),
      );
      const lacking = found.filter(({ has }) => !has).map(({ architecture }) => architecture);
      return lacking.length === 0 ? undefined : `is not in the archive for ${lacking.join(" and ")}`;
    },

    async inputs(version, architecture) {
      return (await offers(architecture)).get(version) ?? [];
    },
  };
}

/** The files of every version of upstream that the archive has, each in its newest packaging. */
async function available(
  archive: DebianArchive,
  debian: DebianUpstream,
  architecture: Architecture,
): Promise<Map<string, Input[]>> {
  const candidates =
    "source" in debian
      ? (await archive.sources(debian.suites, debian.source)).map(sourceCandidate)
      : await packageCandidates(archive, debian, architecture);
  const offers = new Map<string, Input[]>();
  for (const [version, packagings] of Map.groupBy(candidates, (one) => upstreamVersionOf(one.version))) {
    const inputs = version === undefined ? undefined : await newestAvailable(packagings, archive.say);
    if (version !== undefined && inputs) offers.set(version, inputs);
  }
  return offers;
}

/** Binary packages that belong together: of the first one's versions, those that all the others have as well. */
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
