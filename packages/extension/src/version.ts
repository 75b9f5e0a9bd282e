// One by one: the whole of semver takes an action longer to load.
import compare from "semver/functions/compare.js";
import parse from "semver/functions/parse.js";

/**
 * A version of an image: upstream's version and its revision. The first build has no number, rebuilds are
 * `-2`, `-3`: systemd orders `1.0.1 > 1.0.0-10 > 1.0.0-2 > 1.0.0` (UAPI.10, version format).
 */
export interface ImageVersion {
  /** Without `v`, such as `3.5.30`, `4.8` or `1.34.1+k3s1`. */
  upstream: string;
  /** 1 for the first build. */
  revision: number;
}

/** A version of two parts, such as `4.8`. */
const twoParts = /^v?(?<version>(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8}))$/;

/**
 * Parses upstream's version, with or without `v`: a semantic version, also with build metadata, or one of two
 * parts. Undefined for anything else, and for what looks like a revision: a prerelease that begins with a
 * number or ends in a dash and one, and build metadata with a dash.
 */
export function parseUpstreamVersion(text: string): string | undefined {
  const trimmed = text.trim();
  const short = twoParts.exec(trimmed)?.groups?.["version"];
  if (short !== undefined) return short;
  const version = parse(trimmed);
  if (!version || typeof version.prerelease[0] === "number") return undefined;
  const build = version.build.join(".");
  if (build.includes("-") || /-\d+$/.test(version.version)) return undefined;
  return build === "" ? version.version : `${version.version}+${build}`;
}

export function isPrerelease(upstream: string): boolean {
  return (parse(upstream)?.prerelease.length ?? 0) > 0;
}

/** Whether a version belongs to a series such as `3.5` or `3`. */
export function isInSeries(upstream: string, series: string): boolean {
  return upstream.startsWith(`${series}.`);
}

/**
 * The order in which hosts see upstream's versions, except for prereleases: by numbers, `4.8` before `4.8.0`,
 * and then by build metadata (`1.34.1`, `1.34.1+k3s2`, `1.34.1+k3s10`).
 */
export function compareUpstreamVersions(left: string, right: string): number {
  const [one = "", oneBuild = ""] = left.split("+");
  const [other = "", otherBuild = ""] = right.split("+");
  return (
    compare(withThreeParts(one), withThreeParts(other)) ||
    one.length - other.length ||
    compareBuilds(oneBuild, otherBuild)
  );
}

/** The semantic version for a version of two parts. */
function withThreeParts(version: string): string {
  return twoParts.test(version) ? `${version}.0` : version;
}

/** Orders build metadata as UAPI.10 does: letters as text, digits as numbers, the end before everything. */
function compareBuilds(left: string, right: string): number {
  const [one, other] = [tokensOf(left), tokensOf(right)];
  for (let index = 0; index < Math.max(one.length, other.length); index += 1) {
    const order = compareTokens(one[index], other[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function tokensOf(build: string): readonly string[] {
  return build.match(/\d+|[a-z]+|\./gi) ?? [];
}

function compareTokens(left: string | undefined, right: string | undefined): number {
  if (left === right) return 0;
  if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
  if (left === "." || right === ".") return left === "." ? -1 : 1;
  const [isNumber, otherIsNumber] = [/^\d/.test(left), /^\d/.test(right)];
  if (isNumber !== otherIsNumber) return isNumber ? 1 : -1;
  if (!isNumber) return left < right ? -1 : 1;
  const difference = BigInt(left) - BigInt(right);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return left.length - right.length;
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
  return compareUpstreamVersions(left.upstream, right.upstream) || left.revision - right.revision;
}
