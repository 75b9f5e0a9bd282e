import { F as architectures, c as isInSeries, l as isPrerelease, o as compareUpstreamVersions, s as formatImageVersion, u as parseImageVersion } from "./definition.js";
// packages/extension/src/names.ts
/** The file name of an image, such as `etcd-3.5.30-x86-64.raw`. */
function imageName({ asset }, version, architecture) {
	return asset.replace("{version}", formatImageVersion(version)).replace("{arch}", architecture);
}
/** The file name of an image's build record, such as `etcd-3.5.30-x86-64.build.json`. */
function buildRecordName(definition, version, architecture) {
	return imageName(definition, version, architecture).replace(/\.raw$/, ".build.json");
}
/** The tag of the permanent release, such as `etcd-v3.5.30`. */
function releaseTag({ name }, version) {
	return `${name}-v${formatImageVersion(version)}`;
}
/** The version in a tag that `releaseTag` makes for this extension; undefined for every other tag. */
function parseReleaseTag({ name }, tag) {
	const prefix = `${name}-v`;
	return tag.startsWith(prefix) ? parseImageVersion(tag.slice(prefix.length)) : void 0;
}
/**
* systemd-sysupdate's `MatchPattern=` for the extension, or for one series of it (sysupdate.d(5)).
* `%a` is the host's architecture, `@v` the version.
*/
function matchPattern({ asset }, series) {
	return asset.replace("{version}", series === void 0 ? "@v" : `${series}.@v`).replace("{arch}", "%a");
}
/** The version and architecture in a name that `imageName` makes for this extension; undefined for others. */
function parseImageName({ asset }, fileName) {
	const [before = "", between = "", after = ""] = asset.split(/\{version\}|\{arch\}/);
	for (const architecture of architectures) {
		const end = `${between}${architecture}${after}`;
		if (!fileName.startsWith(before) || !fileName.endsWith(end)) continue;
		const version = parseImageVersion(fileName.slice(before.length, fileName.length - end.length));
		if (version) return {
			version,
			architecture
		};
	}
}
/** The path of an asset below a release store's base URL. */
function assetPath(tag, assetName) {
	return `${releasePath(tag)}/${assetName}`;
}
/** The path of a release's assets below a release store's base URL. */
function releasePath(tag) {
	return `releases/download/${tag}`;
}
/** The path, below a release store's base URL, of the folder that hosts update from. */
const updateDirectoryPath = "releases/latest/download";
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
export { assetPath as a, matchPattern as c, releaseTag as d, updateDirectoryPath as f, seriesOf as i, parseImageName as l, groupBySeries as n, buildRecordName as o, isTracked as r, imageName as s, keyringName as t, parseReleaseTag as u };
