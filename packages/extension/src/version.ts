// One by one: the whole of semver takes an action longer to load.
import compare from "semver/functions/compare.js";
import parse from "semver/functions/parse.js";

/**
 * A version of an image: upstream's version and its revision. The first build has no number, rebuilds are
 * `-2`, `-3`: systemd orders `1.0.1 > 1.0.0-10 > 1.0.0-2 > 1.0.0` (UAPI.10, version format).
 */
export interface ImageVersion {
  /** A semantic version without `v`. */
  upstream: string;
  /** 1 for the first build. */
  revision: number;
}

/**
 * Parses upstream's version, with or without `v`; undefined if it is not a semantic version. Versions with
 * build metadata are rejected, as it does not affect the order, and so are prereleases that begin with a
 * number or end in a dash and one, which look like a revision.
 */
export function parseUpstreamVersion(text: string): string | undefined {
  const version = parse(text.trim());
  if (!version || version.build.length > 0 || typeof version.prerelease[0] === "number") return undefined;
  return /-\d+$/.test(version.version) ? undefined : version.version;
}

export function isPrerelease(upstream: string): boolean {
  return (parse(upstream)?.prerelease.length ?? 0) > 0;
}

/** Whether a version belongs to a series such as `3.5` or `3`. */
export function isInSeries(upstream: string, series: string): boolean {
  return upstream.startsWith(`${series}.`);
}

export function compareUpstreamVersions(left: string, right: string): number {
  return compare(left, right);
}

/** Parses exactly what `formatImageVersion` writes; undefined for anything else. */
export function parseImageVersion(text: string): ImageVersion | undefined {
  const rebuilt = /^(?<upstream>.+)-(?<revision>[1-9]\d{0,8})$/.exec(text)?.groups;
  const revision = rebuilt ? Number(rebuilt["revision"]) : 1;
  if (rebuilt && revision < 2) return undefined;
  const upstream = rebuilt?.["upstream"] ?? text;
  return parseUpstreamVersion(upstream) === upstream ? { upstream, revision } : undefined;
}

export function formatImageVersion({ upstream, revision }: ImageVersion): string {
  return revision === 1 ? upstream : `${upstream}-${revision}`;
}

/** The order in which hosts see versions, except for prereleases (systemd orders `1.0-rc.1` above `1.0`). */
export function compareImageVersions(left: ImageVersion, right: ImageVersion): number {
  return compare(left.upstream, right.upstream) || left.revision - right.revision;
}
