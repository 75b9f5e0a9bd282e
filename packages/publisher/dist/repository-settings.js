import { t as KilnError } from "./kiln-error.js";
import { E as array, I as strictObject, K as systemCode, L as string, V as url$1, d as extensionName, n as baseUrlOfUrl, w as _enum } from "./names.js";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
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
	upstream: _enum(choosableUpstreams, { error: `one of ${choosableUpstreams.join(", ")}` }).optional().describe("The upstream that the command line (without --from) and the workflow use for extensions that have several; an extension without it uses its first one. The default is the first one on the command line, and github in the workflow."),
	baseUrl: url.optional().describe("The URL at which hosts find the releases; on GitHub, the default is the repository's URL."),
	updateDirectory: _enum(["images", "index"]).optional().describe("What the update directory contains: images (the default), which hosts with stock systemd-sysupdate need; or index, only the index that hosts with kiln-host follow, and kiln-host's own images."),
	nextKey: string().min(1).optional().describe("The file with the public key that will sign next, relative to kiln.yaml; hosts with kiln-host install it.")
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
export { upstreamNames as i, readRepositorySettings as n, repositorySettingsSchema as r, baseUrlOf as t };
