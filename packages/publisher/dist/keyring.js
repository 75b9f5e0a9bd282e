import { t as KilnError } from "./kiln-error.js";
import { K as describeSystemError, O as _instanceof, Y as systemCode, b as isInSeries, v as compareUpstreamVersions, x as isPrerelease, y as formatImageVersion } from "./names.js";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
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
function isTracked(version, versions, known = [version]) {
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
// packages/publisher/src/manifest.ts
/** The file name of a manifest, in permanent releases and in the update directory. */
const manifestName = "SHA256SUMS";
/**
* Writes a manifest in exactly the format that systemd-sysupdate accepts: lines of digest, two spaces, name
* and LF. It refuses the whole file if any line differs.
* @throws KilnError `manifest-invalid` if a name or digest would result in such a line
*/
function formatManifest(entries) {
	const text = entries.toSorted((left, right) => left.name < right.name ? -1 : 1).map(({ name, sha256 }) => `${sha256}  ${name}\n`).join("");
	if (entries.length > 0 && parseManifest(text, "the new manifest").length !== entries.length) throw invalid("the new manifest", 1, "a name with a line break");
	return text;
}
/**
* The first line of a permanent release's manifest if update directories have a best-before date. A permanent
* release's manifest is signed too but has no date, so that somebody could serve it to hosts as an update
* directory indefinitely. sha256sum ignores the line; systemd-sysupdate refuses the whole manifest because of
* it (measured: 257 and 262).
*/
const releaseComment = "# For people and sha256sum, not for hosts: they update from releases/latest/download, whose manifest has a date.\n";
/**
* Writes the manifest of a permanent release.
* @param isForHosts whether systemd-sysupdate would accept it
*/
function formatReleaseManifest(entries, { isForHosts }) {
	return `${isForHosts ? "" : releaseComment}${formatManifest(entries)}`;
}
/**
* Digest, space, space or `*`, and a name of printable ASCII that fits into a directory: systemd-sysupdate
* refuses control characters, characters that Unicode does not define and names of more than 255 bytes.
*/
const manifestLine = /^(?<sha256>[0-9a-f]{64}) [ *](?<name>(?!\.\.?$)[!-.0-~]{1,255})$/;
/**
* Reads a manifest at least as strictly as systemd-sysupdate does.
* @param where how messages name it
* @throws KilnError `manifest-invalid` with the line
*/
function parseManifest(text, where) {
	if (!text.endsWith("\n")) throw invalid(where, text.split("\n").length, "no newline at the end of the file");
	return text.slice(0, -1).split("\n").map((line, index) => {
		const groups = manifestLine.exec(line)?.groups;
		if (!groups) throw invalid(where, index + 1, JSON.stringify(line.slice(0, 120)));
		return {
			name: groups["name"] ?? "",
			sha256: groups["sha256"] ?? ""
		};
	});
}
/**
* Reads the manifest of a permanent release, which may begin with the comment that makes hosts refuse it.
* @throws KilnError `manifest-invalid` with the number of the line
*/
function parseReleaseManifest(text, where) {
	return parseManifest(text.startsWith(releaseComment) ? text.slice(113) : text, where);
}
function invalid(where, line, found) {
	return new KilnError("manifest-invalid", {
		expected: `line ${line} of ${where} to be a SHA-256 digest, two spaces and a file name`,
		found,
		next: "publish again; hosts refuse the whole manifest because of this line and keep what they have"
	});
}
// packages/publisher/src/signing/keys.ts
/**
* The algorithms that gpgv 2.2 verifies, as openpgp names them: RSA, ed25519 and the NIST curves, in version
* 4.
*/
const algorithms = [
	"rsaEncryptSign",
	"rsaSign",
	"eddsaLegacy",
	"ecdsa"
];
/**
* Reads the file of a key.
* @param where what error messages call it
* @throws KilnError `key-invalid`, without a cause, which would contain the path
*/
async function readKeyFile(path, where = path) {
	return readFile(path).catch((error) => {
		throw new KilnError("key-invalid", {
			expected: `a readable key in ${where}`,
			found: describeSystemError(error) ?? systemCode(error) ?? "an error",
			next: "check the path and its permissions"
		});
	});
}
/**
* Reads OpenPGP keys, public or private, armored (any number of blocks) or binary.
* @param where what error messages call their source
* @throws KilnError `key-invalid`, without a cause: the library's own messages may quote the text, which is
* secret
*/
async function readKeys(bytes, where) {
	const { readKeys: read } = await import("./openpgp.js");
	const blocks = armoredBlocks(Buffer.from(bytes).toString("latin1"));
	try {
		if (blocks.length === 0) return await read({ binaryKeys: Uint8Array.from(bytes) });
		return (await Promise.all(blocks.map((armoredKeys) => read({ armoredKeys })))).flat();
	} catch {
		throw new KilnError("key-invalid", {
			expected: `an OpenPGP key in ${where}, armored or binary`,
			found: blocks.length === 0 ? "no key" : "a damaged armored block",
			next: "export the key again: gpg --export-secret-keys --armor KEY, or ./kiln key new --output FILE"
		});
	}
}
/** The armored parts of a text. Takes one pass, even if many of them have no end. */
function armoredBlocks(text) {
	const blocks = [];
	let position = 0;
	for (;;) {
		const start = text.indexOf("-----BEGIN PGP ", position);
		const end = start === -1 ? -1 : text.indexOf("-----END PGP ", start);
		if (end === -1) return blocks;
		const lineEnd = text.indexOf("\n", end);
		position = lineEnd === -1 ? text.length : lineEnd;
		blocks.push(text.slice(start, position));
	}
}
/**
* Requires that a key can sign: its primary key or a subkey for signatures.
* @throws KilnError `key-invalid` if none can, being expired, revoked, too short, or of a kind that hosts do
* not support
*/
async function requireSigningKey(key, where, now) {
	const { algorithm } = (await key.getSigningKey(void 0, now).catch((error) => {
		throw unusable(where, error instanceof Error ? error.message : "no key for signatures");
	})).getAlgorithmInfo();
	if (key.keyPacket.version !== 4) throw unusable(where, `a version ${key.keyPacket.version} key`);
	if (!algorithms.includes(algorithm)) throw unusable(where, `a key with the algorithm ${algorithm}`);
}
/**
* Decrypts a key with its passphrase, if it has one.
* @throws KilnError `key-invalid`, without a cause, which could reveal the secret
*/
async function unlock(key, { passphrase, where }) {
	if (key.isDecrypted()) return key;
	if (passphrase === void 0) throw locked(where, "a key with a passphrase, and none was given");
	const { decryptKey } = await import("./openpgp.js");
	return decryptKey({
		privateKey: key,
		passphrase
	}).catch(() => {
		throw locked(where, "a wrong passphrase");
	});
}
function unusable(where, found) {
	return new KilnError("key-invalid", {
		expected: `a valid key in ${where} whose signatures gpgv 2.2 verifies (RSA with at least 2048 bits, ed25519, or a NIST curve)`,
		found,
		next: "create a key with ./kiln key new --output FILE; docs/signing.md explains how to change keys"
	});
}
function locked(where, found) {
	return new KilnError("key-invalid", {
		expected: `KILN_SIGNING_PASSPHRASE to decrypt the key in ${where}`,
		found,
		next: "set it to the key's passphrase"
	});
}
// packages/publisher/src/signing/signature.ts
/** The file name of the signature, which systemd-sysupdate fetches with the manifest if `Verify=` is on. */
const signatureName = `${manifestName}.gpg`;
/** Creates a binary detached signature, which hosts read as `SHA256SUMS.gpg`. */
async function createSignature(text, key, now) {
	const { createMessage, sign } = await import("./openpgp.js");
	const signature = await sign({
		message: await createMessage({ binary: new Uint8Array(Buffer.from(text)) }),
		signingKeys: key,
		detached: true,
		format: "binary",
		date: now
	});
	return _instanceof(Uint8Array).parse(signature);
}
/**
* Checks a binary detached signature against public keys. If it contains several signatures, each must be
* valid.
*/
async function checkSignature(bytes, signature, keys, now) {
	const { createMessage, SignaturePacket, verify } = await import("./openpgp.js");
	const parsed = await readBinary(signature);
	if (!parsed) return {
		valid: false,
		found: "not a binary OpenPGP signature"
	};
	const packets = parsed.packets.filter((packet) => packet instanceof SignaturePacket);
	if (packets.length === 0) return {
		valid: false,
		found: "no signature"
	};
	if (packets.length < parsed.packets.length) return {
		valid: false,
		found: "a signature of an unknown kind"
	};
	const ids = packets.map(({ issuerKeyID }) => issuerKeyID);
	const signers = ids.map((id) => keys.find((key) => key.getKeys(id).length > 0));
	const [signer] = signers;
	if (!signer || signers.includes(void 0)) return {
		valid: false,
		found: `a signature by ${ids.map((id) => id.toHex().toUpperCase()).join(" and ")}`
	};
	try {
		const { signatures } = await verify({
			message: await createMessage({ binary: new Uint8Array(bytes) }),
			signature: parsed,
			verificationKeys: [...keys],
			format: "binary",
			date: new Date(Math.max(now.getTime(), ...parsed.packets.map(({ created }) => Number(created)))),
			config: { allowInsecureVerificationWithReformattedKeys: true }
		});
		await Promise.all(signatures.map(({ verified }) => verified));
		if (signatures.length !== packets.length) return {
			valid: false,
			found: "a signature that was not verified"
		};
		return {
			valid: true,
			fingerprint: signer.getFingerprint().toUpperCase()
		};
	} catch (error) {
		return {
			valid: false,
			found: error instanceof Error ? error.message : "an invalid signature"
		};
	}
}
function signatureInvalid(expected, found) {
	return new KilnError("signature-invalid", {
		expected,
		found,
		next: "do not let hosts update from here until you know why; docs/signing.md explains how to change keys"
	});
}
async function readBinary(signature) {
	const { readSignature } = await import("./openpgp.js");
	return readSignature({ binarySignature: new Uint8Array(signature) }).catch(() => void 0);
}
// packages/publisher/src/signing/keyring.ts
/**
* The file name of the public keyring, also on hosts: systemd-sysupdate reads
* `/etc/systemd/import-pubring.gpg`.
*/
const keyringName = "import-pubring.gpg";
/**
* Reads a keyring, armored or binary.
* @throws KilnError `key-invalid`
*/
async function openKeyring(path) {
	return keyringOf(await readKeys(await readKeyFile(path), path), path);
}
/**
* Reads the key that `kiln.yaml` announces as the next one; undefined if it announces none.
* @param extensions the folder with the extensions, beside which `kiln.yaml` is
* @throws KilnError `key-invalid`
*/
async function configuredNextKey(extensions, { nextKey }) {
	if (nextKey === void 0) return void 0;
	return openKeyring(join(dirname(resolve(extensions)), nextKey));
}
function keyringOf(keys, where) {
	return {
		bytes: Buffer.concat(keys.map((key) => key.toPublic().write())),
		fingerprints: keys.map((key) => key.getFingerprint().toUpperCase()),
		keys: keys.map((key) => ({
			fingerprint: key.getFingerprint().toUpperCase(),
			bytes: key.toPublic().write()
		})),
		async check(text, signature, what, now) {
			const result = await checkSignature(text, signature, keys, now);
			if (result.valid) return result.fingerprint;
			throw signatureInvalid(`a valid signature of ${what} by ${keys.map((key) => key.getKeyID().toHex().toUpperCase()).join(" or ")} from ${where}`, result.found);
		}
	};
}
export { isTracked as _, signatureName as a, seriesOf as b, requireSigningKey as c, formatReleaseManifest as d, manifestName as f, groupBySeries as g, endOfLifeOf as h, createSignature as i, unlock as l, parseReleaseManifest as m, keyringName as n, readKeyFile as o, parseManifest as p, checkSignature as r, readKeys as s, configuredNextKey as t, formatManifest as u, pauseOf as v, withdrawalOf as x, rolloutSeconds as y };
