import { t as KilnError } from "./kiln-error.js";
import { t as require_dist } from "./dist.js";
import { c as architectures, s as parseUpstreamVersion } from "./version.js";
import { C as url, c as array, i as upstreams, m as literal, n as suite, o as _enum, p as int, t as debianPackage, u as boolean, v as strictObject, x as union, y as string } from "./upstreams.js";
const extensionName = string().regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "a name of lower-case letters, digits and single dashes").refine((text) => text === "kiln-host" || !/^kiln(-|$)/.test(text), "another name: kiln, and names that begin with kiln-, are reserved for kiln itself");
const version = string().refine((text) => parseUpstreamVersion(text) === text, "a version such as 3.5.0, without v");
const series = string({ error: "a series in quotes, such as \"3.5\"" }).regex(/^\d+(\.\d+)?$/, "a series such as \"3.5\": a major version, or a major and a minor one");
const versions = strictObject({
	track: union([literal("newest"), array(series).min(1)], { error: "newest, or a list of series such as [\"3.5\"]" }).default("newest").describe("What hosts follow: the newest version, or the newest of each series."),
	minimum: version.optional().describe("Versions below this one are not built."),
	retain: int().min(1).default(2).describe("How many versions of each series the update directory keeps."),
	exclude: array(version).default([]).describe("Versions that are not built, because they are known to be bad.")
}).describe("Which of upstream's versions are built; prereleases never are.");
const compile = strictObject({
	image: string().regex(/^debian:[a-z]+-slim$/, "debian:SUITE-slim").describe("The base image of the Dockerfile's build stage."),
	suites: array(suite).min(1).describe("Where build tools and libraries come from."),
	sources: array(debianPackage).default([]).describe("Source packages of libraries that the Dockerfile compiles and links in."),
	packages: array(debianPackage).default([]).describe("Binary packages, for the image's architecture, of libraries that it links in.")
}).describe("Present if a Dockerfile compiles the programs.");
const smoke = strictObject({
	run: array(string().min(1)).min(1).describe("A program of the image and its arguments."),
	expect: array(string().min(1)).min(1).describe("Texts that its output must contain; {version} is replaced by upstream's version.")
});
const hosts = strictObject({
	service: string().regex(/^[a-z0-9-]+\.service$/, "the name of a service, such as etcd.service").optional().describe("The service that an update restarts and then watches; omitted if the extension has none, like a command-line tool."),
	healthySeconds: int().min(5).default(60).describe("How long an updated service may take to become healthy before the previous image is restored."),
	steadySeconds: int().min(1).default(10).describe("How long it must then stay healthy without interruption."),
	rollback: _enum(["any", "series"]).default("any").describe("Which previous version hosts may return to if this one is unhealthy: any, or only one with the same major and minor version.")
}).describe("How hosts run and update it.");
/** The schema of `extension.yaml`. */
const definitionSchema = strictObject({
	name: extensionName,
	summary: string().min(1).max(100),
	homepage: url({ protocol: /^https$/ }).optional(),
	license: string().min(1).describe("An SPDX expression for the contents of the image."),
	asset: string().regex(/^[a-z0-9.-]+\{version\}[a-z0-9.-]*-\{arch\}\.raw$/, "a template such as NAME-{version}-{arch}.raw").describe("The template from which all names are derived."),
	architectures: array(_enum(architectures)).min(1).default([...architectures]),
	versions: versions.prefault({}),
	upstreams,
	compile: compile.optional(),
	static: boolean().default(false).describe("Whether every program must be statically linked."),
	hostPrograms: array(string().regex(/^[a-z0-9-]+$/)).default([]).describe("Programs of the host that units start."),
	hostLibraries: strictObject({
		suite,
		packages: array(debianPackage).min(1)
	}).optional().describe("The host's libraries that dynamic programs use; in the smoke test these packages stand in for the host."),
	hosts: hosts.prefault({}),
	smoke: array(smoke).default([]).describe("Commands of the finished image that must succeed; only an extension of files needs none.")
}).refine((definition) => definition.asset.startsWith(`${definition.name}-`), {
	path: ["asset"],
	error: "a template that begins with the extension's name and a dash"
}).refine(({ architectures: wanted, upstreams: { github } }) => github?.kind !== "releases" || wanted.every((architecture) => github.arch[architecture] !== void 0), {
	path: [
		"upstreams",
		"github",
		"arch"
	],
	error: "upstream's name of every architecture"
}).refine(({ smoke: commands, upstreams: { files } }) => files !== void 0 || commands.length > 0, {
	path: ["smoke"],
	error: "at least one command of the image, and what it prints"
}).refine(({ compile: recipe, upstreams: { files } }) => files === void 0 || recipe === void 0, {
	path: ["compile"],
	error: "omitted: an extension of files compiles nothing"
});
// packages/extension/src/parse.ts
var import_dist = require_dist();
/** The longest definition, in characters: the parser compares each key with all the others. */
const longest = 65536;
/**
* Parses the text of an `extension.yaml`.
* @param file how messages name it
* @throws KilnError `definition-invalid` with the file, the line, the key and what was expected
*/
function parseDefinition(text, file) {
	if (text.length > longest) throw invalid(`${file} to have at most ${longest} characters`, `${text.length}`);
	const lineCounter = new import_dist.LineCounter();
	const document = orInvalid(`${file} to be valid YAML`, () => (0, import_dist.parseDocument)(text, {
		lineCounter,
		logLevel: "error"
	}));
	const at = (offset) => {
		const { line, col } = lineCounter.linePos(offset);
		return `${file}:${line}:${col}`;
	};
	const [syntaxError] = [...document.errors, ...document.warnings];
	if (syntaxError) throw invalid(`${at(syntaxError.pos[0])} to be valid YAML`, syntaxError.message.split("\n")[0] ?? "");
	const unusual = orInvalid(`${file} to be valid YAML`, () => unusualKey(document));
	if (unusual !== void 0) throw invalid(`${at(unusual)} to be a key, which is text`, "a list or a map");
	const parsed = definitionSchema.safeParse(orInvalid(`${file} to be valid YAML whose aliases resolve`, () => document.toJS()));
	if (parsed.success) return parsed.data;
	const [issue, ...others] = parsed.error.issues;
	if (!issue) throw parsed.error;
	const more = others.length > 0 ? ` (and ${others.length} more)` : "";
	const { key, offset } = locate(document, issue);
	const found = issue.code === "unrecognized_keys" ? "an unknown key" : show(document.getIn(issue.path));
	throw invalid(`${at(offset)} ${key} to be ${describe(issue)}`, `${found}${more}`);
}
/** Nesting that is too deep for the parser's recursion throws as well. */
function orInvalid(expected, read) {
	try {
		return read();
	} catch (cause) {
		throw invalid(expected, cause instanceof Error ? cause.message : "", cause);
	}
}
/**
* The position of a key that is no scalar. No definition has one, and nested ones take the parser minutes to
* convert.
*/
function unusualKey(document) {
	let position;
	(0, import_dist.visit)(document, { Pair(_, { key }) {
		if ((0, import_dist.isScalar)(key)) return void 0;
		position = (0, import_dist.isNode)(key) ? key.range?.[0] ?? 0 : 0;
		return import_dist.visit.BREAK;
	} });
	return position;
}
function invalid(expected, found, cause) {
	return new KilnError("definition-invalid", {
		expected,
		found,
		next: "correct the file; an editor with YAML support completes its keys from packages/extension/extension.schema.json",
		cause
	});
}
/** The key that an issue is about and its position; for a missing key, the position of its parent. */
function locate(document, issue) {
	const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
	const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
	const last = path.at(-1);
	const node = ((0, import_dist.isMap)(parent) ? parent.items.find(({ key }) => ((0, import_dist.isScalar)(key) ? key.value : key) === last) : void 0)?.key ?? document.getIn(path, true) ?? parent;
	return {
		key: path.length === 0 ? "the file" : `"${path.join(".")}"`,
		offset: (0, import_dist.isNode)(node) ? node.range?.[0] ?? 0 : 0
	};
}
function describe(issue) {
	if (issue.code === "unrecognized_keys") return "a key that extensions have";
	return issue.message.replace(/^Invalid input: expected (?<expected>.+?)(, received .*)?$/, "$<expected>");
}
function show(value) {
	const text = JSON.stringify(value);
	if (text === void 0) return "nothing";
	return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
export { parseDefinition };
