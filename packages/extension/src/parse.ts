import { KilnError, type ErrorCode } from "@sysext-kiln/error";
import { isMap, isNode, isScalar, LineCounter, parseDocument, visit, type Document } from "yaml";
import { z } from "zod";
import { definitionSchema, type Definition } from "./definition.ts";
import { repositorySettingsSchema, type RepositorySettings } from "./repository-settings.ts";
import { withDefaults, type VersionDefaults } from "./versions.ts";

/** A kind of file in YAML, and how messages speak of it. */
interface FileKind<S extends z.ZodType> {
  schema: S;
  code: ErrorCode;
  /** Completes what was written, such as a file without any key, before it is checked. */
  complete: (value: unknown) => unknown;
  /** The JSON Schema from which editors complete its keys. */
  jsonSchema: string;
  /** The page that describes its keys, with examples. */
  page: string;
}

const definitionFile = {
  schema: definitionSchema,
  code: "definition-invalid",
  jsonSchema: "packages/extension/extension.schema.json",
  page: "docs/extensions.md",
} as const;

const settingsFile: FileKind<typeof repositorySettingsSchema> = {
  schema: repositorySettingsSchema,
  code: "settings-invalid",
  complete: (value) => value ?? {},
  jsonSchema: "packages/extension/kiln.schema.json",
  page: "docs/settings.md",
};

/**
 * Parses the text of an `extension.yaml`.
 * @param file how messages name it
 * @param defaults what applies where it says nothing else
 * @throws KilnError `definition-invalid` with the file, the line, the key and what was expected
 */
export function parseDefinition(text: string, file: string, defaults: VersionDefaults = {}): Definition {
  return parseYaml(text, file, { ...definitionFile, complete: (value) => withDefaults(value, defaults) });
}

/**
 * Parses the text of a `kiln.yaml`; without any key, everything has its default.
 * @param file how messages name it
 * @throws KilnError `settings-invalid` with the file, the line, the key and what was expected
 */
export function parseRepositorySettings(text: string, file: string): RepositorySettings {
  return parseYaml(text, file, settingsFile);
}

/** The longest file, in characters: the parser compares each key with all the others. */
const longest = 65_536;

function parseYaml<S extends z.ZodType>(text: string, file: string, kind: FileKind<S>): z.output<S> {
  const invalid = errorsOf(kind);
  if (text.length > longest) throw invalid(`${file} to have at most ${longest} characters`, `${text.length}`);
  const lineCounter = new LineCounter();
  /** Nesting that is too deep for the parser's recursion throws as well. */
  const orInvalid = <T>(expected: string, read: () => T): T => {
    try {
      return read();
    } catch (cause) {
      throw invalid(expected, cause instanceof Error ? cause.message : "", cause);
    }
  };
  const document = orInvalid(`${file} to be valid YAML`, () =>
    parseDocument(text, { lineCounter, logLevel: "error" }),
  );
  const at = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };

  const [syntaxError] = [...document.errors, ...document.warnings];
  if (syntaxError) {
    throw invalid(`${at(syntaxError.pos[0])} to be valid YAML`, syntaxError.message.split("\n")[0] ?? "");
  }

  const unusual = orInvalid(`${file} to be valid YAML`, () => unusualKey(document));
  if (unusual !== undefined) throw invalid(`${at(unusual)} to be a key, which is text`, "a list or a map");

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
function unusualKey(document: Document): number | undefined {
  let position: number | undefined;
  visit(document, {
    Pair(_, { key }) {
      if (isScalar(key)) return undefined;
      position = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      return visit.BREAK;
    },
  });
  return position;
}

function errorsOf({ code, jsonSchema, page }: Omit<FileKind<z.ZodType>, "schema" | "complete">) {
  return (expected: string, found: string, cause?: unknown): KilnError =>
    new KilnError(code, {
      expected,
      found,
      next: `correct the file; ${page} has examples, and an editor with YAML support completes its keys from ${jsonSchema}`,
      cause,
    });
}

/** The key that an issue is about and its position; for a missing key, the position of its parent. */
function locate(document: Document, issue: z.core.$ZodIssue): { key: string; offset: number } {
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0] ?? ""] : issue.path;
  const parent = path.length > 1 ? document.getIn(path.slice(0, -1), true) : document.contents;
  const last = path.at(-1);
  const pair = isMap(parent)
    ? parent.items.find(({ key }) => (isScalar(key) ? key.value : key) === last)
    : undefined;
  const node = pair?.key ?? document.getIn(path, true) ?? parent;
  return {
    key: path.length === 0 ? "the file" : `"${path.join(".")}"`,
    offset: isNode(node) ? (node.range?.[0] ?? 0) : 0,
  };
}

/** The message about an unknown key: what would have been one. */
const knownKeys: z.core.$ZodErrorMap = ({ code, inst }) => {
  const known = inst instanceof z.ZodObject ? Object.keys(inst.shape) : [];
  return code === "unrecognized_keys" && known.length > 0
    ? `${known.length === 1 ? "the key" : "one of the keys"} ${known.join(", ")}`
    : undefined;
};

/**
 * The issue that a person has to know about: of an alternative, that of the form which the value resembles
 * most, if there is one; of a map's key, the one of the key.
 */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  const path = (inner: z.core.$ZodIssue) => ({ ...inner, path: [...issue.path, ...inner.path] });
  if (issue.code === "invalid_key") return issue.issues[0] ? path(issue.issues[0]) : issue;
  if (issue.code !== "invalid_union") return issue;
  const forms = issue.errors
    .filter((issues) => !issues.some(isOfAnotherType))
    .toSorted((one, other) => one.length - other.length || depthOf(other) - depthOf(one));
  const [best, second] = forms;
  const isClear = second?.length !== best?.length || depthOf(second) !== depthOf(best);
  return best?.[0] && isClear ? innermost(path(best[0])) : issue;
}

function isOfAnotherType({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function depthOf(issues: readonly z.core.$ZodIssue[] | undefined): number {
  return issues?.[0]?.path.length ?? -1;
}

/** What YAML's users call the types of values. */
const typesInWords: Readonly<Record<string, string>> = {
  array: "a list",
  boolean: "true or false",
  int: "a whole number",
  number: "a number",
  object: "a map of keys",
  record: "a map of keys",
  string: "text",
};

function describe(issue: z.core.$ZodIssue): string {
  const [, type] = /^Invalid input: expected (.+?)(?:, received .*)?$/.exec(issue.message) ?? [];
  return type === undefined ? issue.message : (typesInWords[type] ?? type);
}

function show(value: unknown): string {
  const text: string | undefined = JSON.stringify(value);
  if (text === undefined) return "nothing";
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
