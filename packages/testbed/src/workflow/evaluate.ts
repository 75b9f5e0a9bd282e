import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { data, Evaluator, Lexer, Parser } from "@actions/expressions";

/** What expressions can use: contexts by name, and the status of the job so far. */
export interface Scope {
  contexts: Readonly<Record<string, unknown>>;
  /** `skipped` if a job that it needs was skipped: neither a success nor a failure. */
  status: "success" | "failure" | "skipped";
  /** The folder in which `hashFiles` searches. */
  workspace?: string;
}

/** The value of an expression, without its `${{ }}`. */
export function evaluateExpression(expression: string, { contexts, status, workspace }: Scope): unknown {
  const functions = [
    statusFunction("success", status === "success"),
    statusFunction("failure", status === "failure"),
    // Runs are never cancelled here.
    statusFunction("cancelled", false),
    statusFunction("always", true),
    {
      name: "hashFiles",
      minArgs: 1,
      maxArgs: 255,
      call: (...patterns: data.ExpressionData[]) =>
        new data.StringData(
          hashFiles(
            workspace ?? "",
            patterns.map((pattern) => pattern.coerceString()),
          ),
        ),
    },
  ];
  const { tokens } = new Lexer(expression).lex();
  const tree = new Parser(tokens, Object.keys(contexts), functions).parse();
  const seen: unknown = JSON.parse(JSON.stringify(contexts), data.reviver);
  if (!(seen instanceof data.Dictionary)) throw new Error("contexts are a dictionary");
  const byName = new Map(functions.map((one) => [one.name.toLowerCase(), one]));
  return toPlain(new Evaluator(tree, seen, byName).evaluate());
}

function statusFunction(name: string, value: boolean) {
  return { name, minArgs: 0, maxArgs: 0, call: () => new data.BooleanData(value) };
}

/** Whether a condition, with or without `${{ }}`, holds. */
export function isTrue(condition: string, scope: Scope): boolean {
  const expression = /^\s*\$\{\{(?<inner>.*)\}\}\s*$/s.exec(condition)?.groups?.["inner"] ?? condition;
  const value = evaluateExpression(expression, scope);
  return value !== null && value !== false && value !== 0 && value !== "";
}

/** The value of a text: if it is just one expression, the value of that; otherwise a text. */
export function evaluate(value: unknown, scope: Scope): unknown {
  if (typeof value !== "string") return value;
  const parts = value.split(/(\$\{\{.*?\}\})/s);
  if (parts.length === 3 && parts[0] === "" && parts[2] === "") return inner(parts[1] ?? "", scope);
  return parts.map((part) => (part.startsWith("${{") ? asText(inner(part, scope)) : part)).join("");
}

/** The value of a text as a text, for variables and inputs. */
export function evaluateText(value: unknown, scope: Scope): string {
  return asText(evaluate(value, scope));
}

export function evaluateTexts(
  values: Readonly<Record<string, unknown>>,
  scope: Scope,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, evaluateText(value, scope)]),
  );
}

function inner(part: string, scope: Scope): unknown {
  return evaluateExpression(part.slice(3, -2), scope);
}

function asText(value: unknown): string {
  if (value === null || value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function toPlain(value: data.ExpressionData): unknown {
  return JSON.parse(JSON.stringify(value, data.replacer));
}

/** GitHub's `hashFiles`: one digest over the matching files, or "" if there are none. */
export function hashFiles(workspace: string, patterns: readonly string[]): string {
  const files = globSync([...patterns], { cwd: workspace }).toSorted();
  if (files.length === 0) return "";
  const hash = createHash("sha256");
  for (const file of files)
    hash.update(
      createHash("sha256")
        .update(readFileSync(join(workspace, file)))
        .digest(),
    );
  return hash.digest("hex");
}
