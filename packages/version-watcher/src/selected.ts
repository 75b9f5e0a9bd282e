import {
  type BuildOrigin,
  type Definition,
  endOfLifeOf,
  endOfLifeWarning,
  endsOfLife,
  isAllowed,
  isTracked,
  wantedVersions,
} from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { lastRevision, type PublishedVersion } from "@sysext-kiln/release-store";
import { noVersionWanted } from "./choose-version.ts";
import type { Upstream, UpstreamVersion } from "./upstreams/upstream.ts";

/** What policy selects from. */
export interface Candidates {
  /** What upstream has. */
  versions: readonly UpstreamVersion[];
  /** The published versions that policy selected before. */
  published: readonly PublishedVersion[];
  definition: Definition;
  upstream: Upstream<BuildOrigin>;
  /** Receives a line about each version that is skipped because it cannot be built. */
  say: Say;
}

/**
 * What policy wants of upstream's versions and the published ones together: if upstream has gone back to an
 * older version, or another upstream is used, hosts are not offered a version older than the one that they
 * have.
 * @param warn receives what a person should know although nothing has failed
 * @throws KilnError `unknown-version` if policy wants nothing, unless every series has reached its end of life
 */
export async function versionsWanted(
  candidates: Candidates,
  warn: Say = () => undefined,
): Promise<UpstreamVersion[]> {
  const { versions, published, definition, upstream } = candidates;
  const { wanted, gone, skipped } = await select(candidates);
  for (const { version } of wanted) {
    const record = gone.includes(version) ? lastRevision(published, version)?.record : undefined;
    if (record?.upstream === upstream.name)
      warn(
        `hosts are offered ${definition.name} ${version}, which upstream ${upstream.name} no longer has; ` +
          "if it is bad, withdraw it",
      );
  }
  const known = versions.map(({ version }) => version);
  const ended = endsOfLife([...known, ...gone], definition.versions);
  for (const end of ended) {
    const warning = endOfLifeWarning(definition.name, end);
    if (warning !== undefined) warn(warning);
  }
  // Where every series has ended, nothing is wrong.
  if (wanted.length === 0 && ended.some(({ days }) => days <= 0)) return [];
  const upstreamHasAny = versions.some(({ version }) => isTracked(version, definition.versions, known));
  if (wanted.length === 0 || !upstreamHasAny) throw noVersionWanted(versions, skipped, definition, upstream);
  return wanted;
}

/** Why policy does not select a version that upstream has; undefined if it does. */
export async function whyNotSelected(requested: string, candidates: Candidates): Promise<string | undefined> {
  const { wanted } = await select(candidates);
  if (wanted.some(({ version }) => version === requested)) return undefined;
  const { versions: policy } = candidates.definition;
  if (policy.exclude.includes(requested)) return "the policy excludes it";
  if (Object.hasOwn(policy.withdrawn, requested)) return "it is withdrawn";
  if (!isAllowed(requested, policy)) return `the policy's minimum is ${policy.minimum}`;
  const known = candidates.versions.map(({ version }) => version);
  if (!isTracked(requested, policy, known)) return "hosts do not follow its series";
  const end = endOfLifeOf(requested, policy);
  if (end !== undefined && end.days <= 0)
    return `the series ${end.series} reached its end of life on ${end.date}`;
  return `the policy selects ${wanted.map(({ version }) => version).join(" and ")}`;
}

/** @returns also the published versions that upstream no longer has, and those that cannot be built, and why */
async function select({ versions, published, definition, upstream, say }: Candidates) {
  const gone = published
    .map(({ version }) => version.upstream)
    .filter((version) => versions.every((one) => one.version !== version));
  const skipped: { version: string; reason: string }[] = [];
  const wanted = await wantedVersions(
    [...versions, ...gone.map((version) => ({ version }))],
    definition.versions,
    async ({ version }) => {
      if (lastRevision(published, version)) return true;
      const reason = await upstream.unavailableReason(version);
      if (reason === undefined) return true;
      say(`skipping ${definition.name} ${version}, which ${reason}`);
      skipped.push({ version, reason });
      return false;
    },
  );
  return { wanted, gone, skipped };
}
