import { t as KilnError } from "./kiln-error.js";
import { t as require_dist } from "./dist.js";
import { t as definitionSchema } from "./definition.js";
import { r as repositorySettingsSchema } from "./repository-settings.js";
// packages/extension/src/parse.ts
var import_dist = require_dist();
const definitionFile = {
	schema: definitionSchema,
	code: "definition-invalid",
	knownKey: "a key that extensions have",
	mayBeEmpty: false,
	jsonSchema: "packages/extension/extension.schema.json"
};
const settingsFile = {
	schema: repositorySettingsSchema,
	code: "settings-invalid",
	knownKey: `one of the keys ${Object.keys(repositorySettingsSchema.shape).join(", ")}`,
	mayBeEmpty: true,
	jsonSchema: "packages/extension/kiln.schema.json"
};
/**
* Parses the text of an `extension.yaml`.
* @param file how messages name it
* @throws KilnError `definition-invalid` with the file, the line, the key and what was expected
*/
function parseDefinition(text, file) {
	return parseYaml(text, file, definitionFile);
}
/**
* Parses the text of a `kiln.yaml`; without any key, everything has its default.
* @param file how messages name it
* @throws KilnError `settings-invalid` with the file, the line, the key and what was expected
*/
function parseRepositorySettings(text, file) {
	return parseYaml(text, file, settingsFile);
}
/** The longest file, in characters: the parser compares each key with all the others. */
const longest = 65536;
function parseYaml(text, file, kind) {
	const invalid = errorsOf(kind);
	if (text.length > longest) throw invalid(`${file} to have at most ${longest} characters`, `${text.length}`);
	const lineCounter = new import_dist.LineCounter();
	/** Nesting that is too deep for the parser's recursion throws as well. */
	const orInvalid = (expected, read) => {
		try {
			return read();
		} catch (cause) {
			throw invalid(expected, cause instanceof Error ? cause.message : "", cause);
		}
	};
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
	const value = orInvalid(`${file} to be valid YAML whose aliases resolve`, () => document.toJS());
	const parsed = kind.schema.safeParse(kind.mayBeEmpty ? value ?? {} : value);
	if (parsed.success) return parsed.data;
	const [issue, ...others] = parsed.error.issues;
	if (!issue) throw parsed.error;
	const more = others.length > 0 ? ` (and ${others.length} more)` : "";
	const { key, offset } = locate(document, issue);
	const found = issue.code === "unrecognized_keys" ? "an unknown key" : show(document.getIn(issue.path));
	throw invalid(`${at(offset)} ${key} to be ${describe(issue, kind.knownKey)}`, `${found}${more}`);
}
/**
* The position of a key that is no scalar. No such file has one, and nested ones take the parser minutes to
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
function errorsOf({ code, jsonSchema }) {
	return (expected, found, cause) => new KilnError(code, {
		expected,
		found,
		next: `correct the file; an editor with YAML support completes its keys from ${jsonSchema}`,
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
function describe(issue, knownKey) {
	if (issue.code === "unrecognized_keys") return knownKey;
	return issue.message.replace(/^Invalid input: expected (?<expected>.+?)(, received .*)?$/, "$<expected>");
}
function show(value) {
	const text = JSON.stringify(value);
	if (text === void 0) return "nothing";
	return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
export { parseDefinition, parseRepositorySettings };
