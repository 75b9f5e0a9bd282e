import { parseSync, type ESTree } from "rolldown/utils";
import type { Mutant } from "./mutant.ts";

type Node = ESTree.Node;
type Change = Omit<Mutant, "file">;

const operators = new Map<string, string>();
for (const pair of ["< <=", "> >=", "=== !==", "+ -", "&& ||"]) addBoth(operators, pair);

const methods = new Map<string, string>();
for (const pair of ["startsWith endsWith", "some every"]) addBoth(methods, pair);

/** Each of the two words becomes the other one. */
function addBoth(to: Map<string, string>, pair: string): void {
  const [one = "", other = ""] = pair.split(" ");
  to.set(one, other).set(other, one);
}

/** Methods that return an array like the one they are called on. */
const removable = new Set(["filter", "toSorted"]);

/** Calls whose only effect is a text for people. */
const logs = /^(?:(?:\w+\.)*(?:say|warn|describe|summarize)(?:\?\.)?|process\.\w+\.write)$/;

/** The mutants of a TypeScript source. The type checker may reject some of them. */
export function typeScriptMutants(file: string, text: string): Mutant[] {
  const { program } = parseSync(file, text);
  const changes: Change[] = [];
  visit(program, undefined, (node, parent) => changes.push(...changesOf(node, parent, text)));
  return changes.map((change) => ({ file, ...change }));
}

/** Visits a node and all nodes in it, except types and what only makes up an error or a line of a log. */
function visit(node: Node, parent: Node | undefined, act: (node: Node, parent: Node | undefined) => void) {
  if (isForPeople(node) || isType(node)) return;
  act(node, parent);
  for (const value of Object.values(node).flat()) if (isNode(value)) visit(value, node, act);
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && typeof value.type === "string";
}

function isType({ type }: Node): boolean {
  const wrapsExpression = ["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression"].includes(type);
  return type === "ImportDeclaration" || (type.startsWith("TS") && !wrapsExpression);
}

function isForPeople(node: Node): boolean {
  if (node.type === "ThrowStatement") return true;
  if (node.type === "NewExpression") return nameOf(node.callee).endsWith("Error");
  return node.type === "CallExpression" && logs.test(nameOf(node.callee));
}

/** A name, or names with dots between them; empty for another expression. */
function nameOf(node: Node): string {
  if (node.type === "Identifier") return node.name;
  if (node.type !== "MemberExpression" || node.computed) return "";
  const object = nameOf(node.object);
  return object === "" ? nameOf(node.property) : `${object}.${nameOf(node.property)}`;
}

function changesOf(node: Node, parent: Node | undefined, text: string): Change[] {
  const code = (part: Node) => text.slice(part.start, part.end);
  const become = (part: Node, replacement: string) => [{ start: part.start, end: part.end, replacement }];
  if (node.type === "BinaryExpression" || node.type === "LogicalExpression") {
    const other = operators.get(node.operator);
    if (other === undefined) return [];
    // In the order of different elements, such as `one < other ? -1 : 1`, a boundary is the same on either side.
    const isOrder = parent?.type === "ConditionalExpression" && /^-?1$/.test(code(parent.consequent));
    if (isOrder && /[<>]/.test(node.operator)) return [];
    const start = text.indexOf(node.operator, node.left.end);
    return [{ start, end: start + node.operator.length, replacement: other }];
  }
  if (node.type === "UnaryExpression") return node.operator === "!" ? become(node, code(node.argument)) : [];
  if (node.type === "IfStatement" || node.type === "ConditionalExpression")
    return isNegatedElsewhere(node.test) ? [] : become(node.test, `!(${code(node.test)})`);
  if (node.type === "Literal")
    return typeof node.value === "boolean" ? become(node, String(!node.value)) : [];
  if (node.type === "ArrayExpression") return withoutOneElement(node, text);
  if (node.type === "ArrowFunctionExpression") return isFilledArray(node.body) ? become(node.body, "[]") : [];
  if (node.type === "ReturnStatement")
    return node.argument !== null && isFilledArray(node.argument) ? become(node.argument, "[]") : [];
  // A returned promise is awaited by the caller.
  if (node.type === "AwaitExpression")
    return parent?.type === "ReturnStatement" ? [] : become(node, code(node.argument));
  if (node.type === "ExpressionStatement") {
    const call = node.expression.type === "AwaitExpression" ? node.expression.argument : node.expression;
    return call.type === "CallExpression" && !isForPeople(call) ? become(node, ";") : [];
  }
  if (node.type !== "CallExpression") return [];
  const { callee } = node;
  if (callee.type !== "MemberExpression" || callee.computed) return [];
  const method = nameOf(callee.property);
  if (removable.has(method)) return become(node, code(callee.object));
  const other = methods.get(method);
  return other === undefined ? [] : become(callee.property, other);
}

/** Whether another change already negates this condition, or a part of it. */
function isNegatedElsewhere(test: Node): boolean {
  if (test.type === "UnaryExpression") return test.operator === "!";
  return test.type === "BinaryExpression" && ["===", "!=="].includes(test.operator);
}

function isFilledArray(node: Node): boolean {
  if (node.type === "ArrayExpression") return node.elements.length > 0;
  return (
    node.type === "CallExpression" && /(?:^|\.)(?:map|flatMap|filter|toSorted)$/.test(nameOf(node.callee))
  );
}

/** The array without each of its elements, with the comma that follows or precedes it. */
function withoutOneElement({ elements }: ESTree.ArrayExpression, text: string): Change[] {
  return elements.flatMap((element, index) => {
    // What is missing is undefined as well.
    if (element === null || nameOf(element) === "undefined") return [];
    const next = elements[index + 1];
    const previous = elements[index - 1];
    if (next) return [{ start: element.start, end: next.start, replacement: "" }];
    const start = previous ? previous.end : element.start;
    return text.slice(start, element.end) === "" ? [] : [{ start, end: element.end, replacement: "" }];
  });
}
