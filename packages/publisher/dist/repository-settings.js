import { E as array, I as strictObject, L as string, V as url$1, d as extensionName, n as baseUrlOfUrl, w as _enum } from "./names.js";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
// packages/error/src/kiln-error.ts
/** An error for users: what was expected, what was found, and what to do next. */
var KilnError = class extends Error {
	name = "KilnError";
	code;
	expected;
	found;
	next;
	constructor(code, { expected, found, next, cause }) {
		super(`expected ${expected}; found ${found}`, cause === void 0 ? void 0 : { cause });
		this.code = code;
		this.expected = expected;
		this.found = found;
		this.next = next;
	}
};
/** Whether an error is a KilnError, with this code if one is given. */
function isKilnError(error, code) {
	return error instanceof KilnError && (code === void 0 || error.code === code);
}
/**
* Returns a function that creates `usage` errors.
* @param next what to do next, unless an error says something more specific
*/
function usageErrors(next) {
	return (expected, found, specific = next) => new KilnError("usage", {
		expected,
		found,
		next: specific
	});
}
// packages/error/src/system-error.ts
/** The code of an error from the operating system, such as `ENOENT`; undefined for any other error. */
function systemCode(error) {
	if (!(error instanceof Error) || !("code" in error)) return void 0;
	return typeof error.code === "string" ? error.code : void 0;
}
/** What the operating system's codes mean for a path (errno(3)). */
const descriptions = {
	EACCES: "permission denied",
	EEXIST: "it already exists",
	EISDIR: "it is a directory",
	ENOENT: "it does not exist",
	ENOTDIR: "part of the path is not a directory",
	EPERM: "permission denied",
	EROFS: "the file system is read-only"
};
/** Describes why the operating system rejected a path; undefined if the error is about something else. */
function describeSystemError(error) {
	return descriptions[systemCode(error) ?? ""];
}
/**
* Whether an error of the operating system, or the output of a failed program, says that the disk is full.
*/
function isDiskFull(from) {
	if (typeof from === "string") return /No space left on device|Disk quota exceeded/.test(from);
	const code = systemCode(from);
	return code === "ENOSPC" || code === "EDQUOT";
}
/** @param what the data that did not fit */
function diskFullError(what, cause) {
	return new KilnError("disk-full", {
		expected: `enough disk space for ${what}`,
		found: "the disk is full",
		next: "free some disk space, or use another disk for the output, KILN_CACHE_DIR and TMPDIR",
		cause
	});
}
// packages/extension/src/upstream-name.ts
/** The upstreams that an extension may have several of; `--from` chooses one. */
const choosableUpstreams = [
	"debian",
	"go",
	"github",
	"http"
];
/** Every upstream: Debian's package archive, Go modules, repositories on GitHub, other servers, and the extension's own files. */
const upstreamNames = [...choosableUpstreams, "files"];
// packages/extension/src/repository-settings.ts
const url = url$1({
	protocol: /^https?$/,
	error: "a URL that begins with http:// or https://",
	abort: true
}).refine((text) => {
	const { username, password } = new URL(text);
	return username === "" && password === "";
}, "a URL without a password, because it is given to hosts").transform((text) => baseUrlOfUrl(new URL(text).href));
/** The schema of `kiln.yaml`. */
const repositorySettingsSchema = strictObject({
	extensions: array(extensionName).min(1).optional().describe("The extensions that this repository watches, builds and publishes unless a command names others; by default all in extensions/. kiln-host is always among them."),
	upstream: _enum(choosableUpstreams, { error: `one of ${choosableUpstreams.join(", ")}` }).optional().describe("The upstream that kiln build, plan and release and the workflow use, of extensions that have several; an extension that lacks it uses its first one. By default the first one on the command line, and github in the workflow."),
	baseUrl: url.optional().describe("The URL at which hosts find the releases; on GitHub, the repository's by default."),
	updateDirectory: _enum(["images", "index"]).optional().describe("What the update directory has: images (the default), also for hosts with stock systemd-sysupdate; or only the index that hosts with kiln-host follow, and kiln-host's own images."),
	nextKey: string().min(1).optional().describe("The file with the public key that is to sign next, relative to kiln.yaml; hosts with kiln-host install it.")
});
/**
* Reads `kiln.yaml`, which is beside the folder with the extensions. Without the file, everything has its
* default.
* @throws KilnError `settings-invalid`
*/
async function readRepositorySettings(extensions) {
	const file = join(dirname(resolve(extensions)), "kiln.yaml");
	const shown = relative(process.cwd(), file);
	const text = await readFile(file, "utf8").catch((cause) => {
		if (systemCode(cause) === "ENOENT") return void 0;
		throw new KilnError("settings-invalid", {
			expected: `the settings of the repository in ${shown}`,
			found: String(cause),
			next: "make the file readable, or remove it",
			cause
		});
	});
	if (text === void 0) return {};
	const { parseRepositorySettings } = await import("./parse.js");
	return parseRepositorySettings(text, shown);
}
/**
* The URL at which hosts find the releases; undefined if it is not set.
* @param variable the value of the environment variable in which it used to be set
* @throws KilnError `settings-invalid` if the variable has a value that `kiln.yaml` does not have
*/
function baseUrlOf({ baseUrl }, variable) {
	if (variable === void 0 || variable === baseUrl) return baseUrl;
	throw hasMoved("the URL at which hosts find the releases", {
		key: "baseUrl",
		value: baseUrl,
		name: "KILN_BASE_URL",
		variable
	});
}
function hasMoved(what, { key, value, name, variable }) {
	return new KilnError("settings-invalid", {
		expected: `${what} under the key "${key}" of kiln.yaml`,
		found: `the environment variable ${name}, ${variable}, and ${value === void 0 ? "no such key" : `the key with ${value}`}`,
		next: `write "${key}: ${value ?? variable}" into kiln.yaml, and unset ${name}`
	});
}
export { describeSystemError as a, systemCode as c, usageErrors as d, upstreamNames as i, KilnError as l, readRepositorySettings as n, diskFullError as o, repositorySettingsSchema as r, isDiskFull as s, baseUrlOf as t, isKilnError as u };
