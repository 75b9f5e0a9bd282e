import { _ as isInSeries, h as compareUpstreamVersions, v as isPrerelease } from "./names.js";
// packages/extension/src/policy.ts
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
function isTracked(version, versions, known = [version]) {
	return groupBySeries([...known, version], versions, (one) => one).flat().includes(version);
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
// packages/publisher/src/signing/keyring.ts
/**
* The file name of the public keyring, also on hosts: systemd-sysupdate reads
* `/etc/systemd/import-pubring.gpg`.
*/
const keyringName = "import-pubring.gpg";
export { seriesOf as i, groupBySeries as n, isTracked as r, keyringName as t };
