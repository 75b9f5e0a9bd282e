import {
  compareUpstreamVersions,
  isInSeries,
  isPrerelease,
  type BuildOrigin,
  type Input,
  type SourceVersion,
} from "@sysext-kiln/extension";
import type { ReleaseRecord } from "@sysext-kiln/release-store";
import { memoize, type Upstream, type UpstreamVersion } from "./upstreams/upstream.ts";
import { versionOf } from "./upstreams/version-of.ts";

/** A further source of an image. */
export interface OpenedSource {
  name: string;
  /** Which of its versions goes into the image. */
  policy: SourceVersion;
  upstream: Upstream;
}

/** The version of a further source that goes into an image. */
export interface ResolvedSource {
  source: OpenedSource;
  version: UpstreamVersion;
}

/** An upstream together with the further sources of the extension's images. */
export interface CombinedUpstream extends Upstream<BuildOrigin> {
  /** The versions of the further sources for a version of the extension; undefined if one is unavailable. */
  sourcesOf(version: string): Promise<readonly ResolvedSource[] | undefined>;
}

/**
 * An upstream whose versions need those of further sources, and have their inputs as well.
 * @param recordOf what was published for a version last, so that nothing is requested that is known
 * @param say takes a line about a version of a source that is skipped
 */
export function withSources(
  upstream: Upstream<BuildOrigin>,
  sources: readonly OpenedSource[],
  recordOf: (version: string) => ReleaseRecord | undefined,
  say: (line: string) => void,
): CombinedUpstream {
  const resolved = memoize(
    (version: string) => resolveAll(upstream, sources, version, recordOf(version), say),
    (version) => version,
  );
  // The record is in the notes of a release. Whoever can write them must not choose what is built.
  const resolvedForBuild = memoize(
    (version: string) =>
      sources.some(isNamed) && recordOf(version) !== undefined
        ? resolveAll(upstream, sources, version, undefined, () => undefined)
        : resolved(version),
    (version) => version,
  );
  return {
    ...upstream,

    async sourcesOf(version) {
      const found = await resolved(version);
      return typeof found === "string" ? undefined : found;
    },

    async unavailableReason(version) {
      const reason = await upstream.unavailableReason(version);
      if (reason !== undefined) return reason;
      const found = await resolved(version);
      return typeof found === "string" ? found : undefined;
    },

    async isCurrent(pins) {
      const all = [upstream, ...sources.map((source) => source.upstream)];
      const current = await Promise.all(all.map(async (one) => (await one.isCurrent?.(pins)) ?? true));
      return current.every(Boolean);
    },

    async inputs(version, architecture, isKnown) {
      const own = await upstream.inputs(version, architecture, isKnown);
      const found = await resolvedForBuild(version);
      if (typeof found === "string") throw new Error(`a version that ${found} is not available`);
      const others = found.map(async ({ source: { name, upstream: from }, version: one }) => {
        const inputs = await from.inputs(one.version, architecture, isKnown);
        const source = { name, upstream: from.name, version: one.version };
        return inputs.map((input): Input => ({ ...input, source }));
      });
      return [...own, ...(await Promise.all(others)).flat()];
    },
  };
}

/** Whether a file of the upstream's repository names the version. */
function isNamed({ policy }: OpenedSource): boolean {
  return typeof policy === "object" && "file" in policy;
}

/** The versions of all sources, or why one has none, to complete "a version, which ...". */
async function resolveAll(
  upstream: Upstream<BuildOrigin>,
  sources: readonly OpenedSource[],
  version: string,
  record: ReleaseRecord | undefined,
  say: (line: string) => void,
): Promise<readonly ResolvedSource[] | string> {
  const found: ResolvedSource[] = [];
  for (const source of sources) {
    const published = record?.sources?.[source.name]?.version;
    const isKnown =
      isNamed(source) && published !== undefined && (await isUnchanged(upstream, version, record));
    const chosen = await choose(
      upstream,
      isKnown ? { ...source, policy: { exact: published } } : source,
      version,
      published,
      say,
    );
    if (typeof chosen === "string") return chosen;
    found.push({ source, version: chosen });
  }
  return found;
}

/** Whether the upstream's files of a version, with all that its repository has for it, are as published. */
async function isUnchanged(
  upstream: Upstream<BuildOrigin>,
  version: string,
  record: ReleaseRecord | undefined,
): Promise<boolean> {
  if (upstream.filesIdentity !== "tag") return upstream.filesIdentity === "version";
  const found = (await upstream.versions()).find((one) => one.version === version);
  return found?.id !== undefined && found.id === record?.object;
}

async function choose(
  upstream: Upstream<BuildOrigin>,
  { name, policy, upstream: from }: OpenedSource,
  version: string,
  published: string | undefined,
  say: (line: string) => void,
): Promise<UpstreamVersion | string> {
  const versions = await from.versions();
  const reasonAgainst = async (one: string) => (one === published ? undefined : from.unavailableReason(one));
  const exactly = async (wanted: string) => {
    const found = versions.find((one) => one.version === wanted);
    if (!found) return `needs ${name} ${wanted}, which its upstream does not have`;
    const reason = await reasonAgainst(wanted);
    return reason === undefined ? found : `needs ${name} ${wanted}, which ${reason}`;
  };

  if (policy === "same") return exactly(version);
  if (policy !== "newest" && "exact" in policy) return exactly(policy.exact);
  if (policy !== "newest" && "file" in policy) {
    const text = await upstream.fileInRepository?.(version, policy.file);
    if (text === undefined) return `has no file ${policy.file} that names the version of ${name}`;
    const named = versionOf(text.trim());
    if (named === undefined) return `has something else than a version of ${name} in ${policy.file}`;
    return exactly(named);
  }
  const allowed = versions.filter(
    (one) => !isPrerelease(one.version) && (policy === "newest" || isInSeries(one.version, policy.series)),
  );
  const newestFirst = allowed.toSorted((one, other) => compareUpstreamVersions(other.version, one.version));
  for (const one of newestFirst) {
    const reason = await reasonAgainst(one.version);
    if (reason === undefined) return one;
    say(`skipping ${name} ${one.version}, which ${reason}`);
  }
  return `needs a version of ${name}, of which its upstream has none`;
}
