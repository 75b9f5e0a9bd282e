import { t as KilnError } from "./kiln-error.js";
import { t as require_dist } from "./dist.js";
import { E as ZodObject, h as withDefaults, u as definitionSchema } from "./names.js";
import { n as repositorySettingsSchema } from "./repository-settings.js";
// packages/extension/src/parse.ts
var import_dist = require_dist();
const definitionFile = {
	schema: definitionSchema,
	code: "definition-invalid",
	jsonSchema: "packages/extension/extension.schema.json",
	page: "docs/extensions.md"
};
const settingsFile = {
	schema: repositorySettingsSchema,
	code: "settings-invalid",
	complete: (value) => value ?? {},
	jsonSchema: "packages/extension/kiln.schema.json",
	page: "docs/settings.md"
};
/**
* Parses the text of an `extension.yaml`.
* @param file how messages name it
* @param defaults what applies where it says nothing else
* @throws KilnError `definition-invalid` with the file, the line, the key and what was expected
*/
function parseDefinition(text, file, defaults = {}) {
	return parseYaml(text, file, {
		...definitionFile,
		complete: (value) => withDefaults(value, defaults)
	});
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
	const parsed = kind.schema.safeParse(kind.complete(value), { error: knownKeys });
	if (parsed.success) return parsed.data;
	const [first, ...others] = parsed.error.issues;
	if (!first) throw parsed.error;
	const issue = innermost(first);
	const more = others.length > 0 ? ` (and ${others.length} more)` : "";
	const { key, offset } = locate(document, issue);
	const found = issue.code === "unrecognized_keys" ? "an unknown key" : show(document.getIn(issue.path));
	throw invalid(`${at(offset)} ${key} to be ${describe(issue)}`, `${found}${more}`);
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
function errorsOf({ code, jsonSchema, page }) {
	return (expected, found, cause) => new KilnError(code, {
		expected,
		found,
		next: `correct the file; ${page} has examples, and an editor with YAML support completes its keys from ${jsonSchema}`,
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
/** The message about an unknown key: what would have been one. */
const knownKeys = ({ code, inst }) => {
	const known = inst instanceof ZodObject ? Object.keys(inst.shape) : [];
	return code === "unrecognized_keys" && known.length > 0 ? `${known.length === 1 ? "the key" : "one of the keys"} ${known.join(", ")}` : void 0;
};
/**
* The issue that a person has to know about: of an alternative, that of the form which the value resembles
* most, if there is one; of a map's key, the one of the key.
*/
function innermost(issue) {
	const path = (inner) => ({
		...inner,
		path: [...issue.path, ...inner.path]
	});
	if (issue.code === "invalid_key") return issue.issues[0] ? path(issue.issues[0]) : issue;
	if (issue.code !== "invalid_union") return issue;
	const [best, second] = issue.errors.filter((issues) => !issues.some(isOfAnotherType)).toSorted((one, other) => one.length - other.length || depthOf(other) - depthOf(one));
	const isClear = second?.length !== best?.length || depthOf(second) !== depthOf(best);
	return best?.[0] && isClear ? innermost(path(best[0])) : issue;
}
function isOfAnotherType({ code, path }) {
	return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}
function depthOf(issues) {
	return issues?.[0]?.path.length ?? -1;
}
/** What YAML's users call the types of values. */
const typesInWords = {
	array: "a list",
	boolean: "true or false",
	int: "a whole number",
	number: "a number",
	object: "a map of keys",
	record: "a map of keys",
	string: "text"
};
function describe(issue) {
	const [, type] = /^Invalid input: expected (.+?)(?:, received .*)?$/.exec(issue.message) ?? [];
	return type === void 0 ? issue.message : typesInWords[type] ?? type;
}
function show(value) {
	const text = JSON.stringify(value);
	if (text === void 0) return "nothing";
	return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
export { parseDefinition, parseRepositorySettings };
