import type { Architecture, DebianUpstream, Definition } from "@sysext-kiln/extension";
import type { ArchivePackage } from "@sysext-kiln/machine";
import type { Input } from "../plan.ts";
import type { Upstream } from "../upstream.ts";
import type { DebianArchive } from "./archive.ts";
import { newest, upstreamVersionOf } from "./debian-version.ts";
import { binaryInputs, sourceInputs } from "./inputs.ts";

/** Versions as Debian's archive has them: a source package, or binary packages of every architecture. */
export function debianUpstream(archive: DebianArchive): Upstream {
  return {
    name: "debian",

    async versions(definition) {
      const { debian } = definition.upstreams;
      const offers = await Promise.all(
        definition.architectures.map(async (architecture) => {
          const candidates = await candidatesOf(archive, debian, architecture);
          return new Set(candidates.map(({ version }) => upstreamVersionOf(version)));
        }),
      );
      const [first, ...others] = offers;
      return [...(first ?? [])]
        .filter((version) => version !== undefined)
        .filter((version) => others.every((offer) => offer.has(version)));
    },

    async inputs(definition, version, architecture) {
      const { debian } = definition.upstreams;
      const candidates = (await candidatesOf(archive, debian, architecture)).filter(
        (candidate) => upstreamVersionOf(candidate.version) === version,
      );
      const best = await newest(candidates);
      if (!best) return [];
      return "source" in debian ? sourceInputs(best) : packageInputs(archive, debian, best, architecture);
    },
  };
}

type PackagesUpstream = Extract<DebianUpstream, { packages: unknown }>;

/** What could serve as a version: of binary packages the first one, where all the others have the same version. */
async function candidatesOf(
  archive: DebianArchive,
  debian: Definition["upstreams"]["debian"],
  architecture: Architecture,
): Promise<ArchivePackage[]> {
  if ("source" in debian) return archive.sources(debian.suites, debian.source);
  const [firsts = [], ...others] = await Promise.all(
    Object.keys(debian.packages).map((name) => archive.binaries(debian.suites, name, architecture)),
  );
  return firsts.filter(({ version }) =>
    others.every((packages) => packages.some((one) => one.version === version)),
  );
}

async function packageInputs(
  archive: DebianArchive,
  { suites, packages }: PackagesUpstream,
  { version }: ArchivePackage,
  architecture: Architecture,
): Promise<Input[]> {
  const inputs = await Promise.all(
    Object.entries(packages).map(async ([name, take]) => {
      const found = (await archive.binaries(suites, name, architecture)).find(
        (one) => one.version === version,
      );
      return found ? binaryInputs(found, take) : [];
    }),
  );
  return inputs.flat();
}
