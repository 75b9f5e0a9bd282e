import { _ as isInSeries, h as compareUpstreamVersions, v as isPrerelease } from "./names.js";
// packages/extension/src/policy.ts
/** Whether policy allows a version to be offered to hosts. */
function isAllowed(version, { minimum, exclude }) {
	if (isPrerelease(version) || exclude.includes(version)) return false;
	return minimum === void 0 || compareUpstreamVersions(version, minimum) >= 0;
}
/**
* The series that a version belongs to, of those that hosts follow; undefined if it belongs to none, or if
* hosts follow the newest version.
*/
function seriesOf(version, { track }) {
	return track === "newest" ? void 0 : track.find((series) => isInSeries(version, series));
}
/** Whether some hosts follow a version by themselves. */
function isTracked(version, versions) {
	return (versions.track === "newest" || seriesOf(version, versions) !== void 0) && isAllowed(version, versions);
}
/**
* Groups what policy allows by the series that hosts follow, and omits what belongs to none of them.
* @returns one list per series, in the order of the definition
*/
function groupBySeries(items, versions, upstreamOf) {
	const allowed = items.filter((item) => isAllowed(upstreamOf(item), versions));
	if (versions.track === "newest") return [allowed];
	return versions.track.map((series) => allowed.filter((item) => isInSeries(upstreamOf(item), series)));
}
// packages/publisher/src/signing/keyring.ts
/**
* The file name of the public keyring, also on hosts: systemd-sysupdate reads
* `/etc/systemd/import-pubring.gpg`.
*/
const keyringName = "import-pubring.gpg";
export { seriesOf as i, groupBySeries as n, isTracked as r, keyringName as t };
