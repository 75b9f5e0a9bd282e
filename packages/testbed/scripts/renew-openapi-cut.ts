/**
 * Rewrites `src/github/openapi/cut.json`: from GitHub's own description of its API, the operations that the
 * testbed implements, and the schemas that they refer to. The package with the whole description has 385 MB,
 * so it is not a dependency:
 *
 *     npm install --no-save --prefix FOLDER @octokit/openapi
 *     node packages/testbed/scripts/renew-openapi-cut.ts FOLDER/node_modules/@octokit/openapi
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { routes } from "../src/github/dispatch.ts";

type Json = z.infer<ReturnType<typeof z.json>>;

/** Text for people, which would be most of the cut. */
const prose = new Set([
  "description",
  "example",
  "examples",
  "externalDocs",
  "title",
  "x-github",
  "deprecated",
]);

const [packageFolder = ""] = process.argv.slice(2);
const target = new URL("../src/github/openapi/cut.json", import.meta.url);
const { version } = object(await readJson(join(packageFolder, "package.json")));
const whole = object(await readJson(join(packageFolder, "generated/api.github.com.json")));

const definitions: Record<string, Json> = {};
const operations: Record<string, Json> = {};
for (const operation of routes.map((route) => route.operation)) {
  const [method = "", path = ""] = operation.split(" ");
  const described = object(object(object(whole["paths"] ?? {})[path] ?? {})[method.toLowerCase()] ?? {});
  const answers = Object.entries(object(described["responses"] ?? {})).flatMap(([status, response]) => {
    const schema = schemaOf(response);
    return schema === undefined ? [] : [[status, take(schema)] as const];
  });
  const body = schemaOf(described["requestBody"] ?? {});
  if (!described["responses"]) throw new Error(`GitHub's description has no ${operation}`);
  operations[operation] = {
    answers: Object.fromEntries(answers),
    ...(body === undefined ? {} : { body: take(body) }),
  };
}
const parts = [
  `"version":${JSON.stringify(version)}`,
  `"operations":${lines(operations)}`,
  `"definitions":${lines(definitions)}`,
];
await writeFile(target, `{${parts.join(",\n")}}\n`);

async function readJson(path: string): Promise<Json> {
  return z.json().parse(JSON.parse(await readFile(path, "utf8")));
}

/** The JSON schema of a response or a request body, which may be a reference. */
function schemaOf(value: Json): Json | undefined {
  const { $ref: reference, content } = object(value);
  if (typeof reference === "string") return schemaOf(follow(reference));
  return object(object(content ?? {})["application/json"] ?? {})["schema"];
}

/** A schema without prose, in plain JSON Schema. Adds the schemas that it refers to to the definitions. */
function take(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(take);
  if (typeof schema !== "object" || schema === null) return schema;
  const { $ref: reference, nullable } = schema;
  if (typeof reference === "string") {
    const name = reference.split("/").at(-1) ?? "";
    if (!(name in definitions)) {
      definitions[name] = null;
      definitions[name] = take(follow(reference));
    }
    return { $ref: `#/definitions/${name}` };
  }
  const kept = Object.entries(schema).filter(
    ([key, value]) => key !== "nullable" && !(prose.has(key) && isProse(key, value)),
  );
  const taken: Json = Object.fromEntries(kept.map(([key, value]) => [key, take(value)]));
  return nullable === true ? { anyOf: [{ type: "null" }, taken] } : taken;
}

/** A property may also be called `description`; that is a schema, and therefore an object. */
function isProse(key: string, value: Json): boolean {
  return (
    key.startsWith("example") || key === "externalDocs" || key === "x-github" || typeof value !== "object"
  );
}

function follow(reference: string): Json {
  return reference
    .slice("#/".length)
    .split("/")
    .reduce<Json>((at, name) => object(at)[name] ?? {}, whole);
}

function object(value: Json): { [name: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

/** JSON with one line per entry, so that a renewal can be reviewed as a diff. */
function lines(record: Record<string, Json>): string {
  const entries = Object.entries(record).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return `{\n${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",\n")}\n}`;
}
