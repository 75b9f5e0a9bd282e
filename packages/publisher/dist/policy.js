import { b as isInSeries, v as compareUpstreamVersions, x as isPrerelease, y as formatImageVersion } from "./names.js";
// packages/extension/src/policy.ts
const dayMs = 864e5;
/** Whether policy allows a version to be offered to hosts. */
function isAllowed(version, { minimum, exclude, withdrawn }) {
	if (isPrerelease(version) || exclude.includes(version) || Object.hasOwn(withdrawn, version)) return false;
	return minimum === void 0 || compareUpstreamVersions(version, minimum) >= 0;
}
/**
* The series that a version belongs to, of those that hosts follow; undefined if it belongs to none, or if
* hosts follow the newest version. If hosts follow the newest series, each version has its own.
*/
function seriesOf(version, { track }) {
	if (track === "newest") return void 0;
	if (typeof track === "string") return version.split(".").slice(0, 2).join(".");
	return track.find((series) => isInSeries(version, series));
}
/** How many of the newest series hosts follow; undefined if they follow chosen ones, or the newest version. */
function countOfSeries({ track }) {
	return typeof track === "string" && track !== "newest" ? Number(track.split(" ")[1]) : void 0;
}
/**
* Whether some hosts follow a version by themselves.
* @param known the versions among which the newest series are counted
*/
function isTracked(version, versions, known = []) {
	return groupBySeries([...known, version], versions, (one) => one).flat().includes(version);
}
/** The end of life of a version's series; undefined if none is known. */
function endOfLifeOf(version, { endOfLife = {} }, now = /* @__PURE__ */ new Date()) {
	const series = Object.keys(endOfLife).filter((one) => isInSeries(version, one)).toSorted((one, other) => other.length - one.length)[0];
	const date = series === void 0 ? void 0 : endOfLife[series];
	if (series === void 0 || date === void 0) return void 0;
	return {
		series,
		date,
		days: Math.ceil((Date.parse(date) - now.getTime()) / dayMs)
	};
}
/**
* Groups what policy allows by the series that hosts follow, and omits what belongs to none of them.
* @returns one list per series, in the order of the definition, or else from the oldest series on
*/
function groupBySeries(items, versions, upstreamOf) {
	const allowed = items.filter((item) => isAllowed(upstreamOf(item), versions));
	const count = countOfSeries(versions);
	if (count !== void 0) return groupsFromNewest(allowed, versions, upstreamOf).slice(0, count).toReversed();
	const { track } = versions;
	if (typeof track === "string") return [allowed];
	return track.map((series) => allowed.filter((item) => isInSeries(upstreamOf(item), series)));
}
/** One list for each series that there is, from the newest series on. */
function groupsFromNewest(items, versions, upstreamOf) {
	const newestFirst = items.toSorted((one, other) => compareUpstreamVersions(upstreamOf(other), upstreamOf(one)));
	return [...Map.groupBy(newestFirst, (item) => seriesOf(upstreamOf(item), versions)).values()];
}
/** Why an image's version was withdrawn; undefined if it was not. */
function withdrawalOf(version, { withdrawn }) {
	return reasonFor(version, withdrawn);
}
/** Why no further host takes an image's version; undefined if hosts may take it. */
function pauseOf(version, { paused }) {
	return reasonFor(version, paused);
}
/** The reason that is given for a version with its revision, or for all revisions of it. */
function reasonFor(version, reasons) {
	for (const key of [formatImageVersion(version), version.upstream]) if (Object.hasOwn(reasons, key)) return reasons[key];
}
const secondsOf = {
	m: 60,
	h: 3600,
	d: 86400
};
/** The time in which a new version reaches all hosts, in seconds; 0 if they take it at once. */
function rolloutSeconds({ rollout = "none" }) {
	return rollout === "none" ? 0 : Number.parseInt(rollout, 10) * (secondsOf[rollout.at(-1) ?? ""] ?? 0);
}
export { rolloutSeconds as a, pauseOf as i, groupBySeries as n, seriesOf as o, isTracked as r, withdrawalOf as s, endOfLifeOf as t };
