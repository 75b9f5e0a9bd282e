import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import { z } from "zod";
import { Refusal } from "./answer.ts";

/** The part of GitHub's description of its API that `scripts/renew-openapi-cut.ts` writes. */
const cutSchema = z.object({
  operations: z.record(
    z.string(),
    z.object({ answers: z.record(z.string(), z.looseObject({})), body: z.looseObject({}).optional() }),
  ),
  definitions: z.record(
    z.string(),
    z.looseObject({
      properties: z.record(z.string(), z.looseObject({ enum: z.array(z.unknown()).optional() })).optional(),
    }),
  ),
});

const cut = cutSchema.parse(JSON.parse(readFileSync(new URL("openapi/cut.json", import.meta.url), "utf8")));
// The state of an asset whose upload was cut off. Only the documentation of uploads mentions it.
cut.definitions["release-asset"]?.properties?.["state"]?.enum?.push("starter");

const ajv = new Ajv({ strict: false, allErrors: false });
ajv.addFormat("uri", { validate: (text: string) => URL.canParse(text) });
ajv.addFormat("date-time", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
for (const name of ["email", "int64"]) ajv.addFormat(name, true);

const compiled = new Map<object, ValidateFunction>();

function check(schema: object, value: unknown): string | undefined {
  const validate = compiled.get(schema) ?? ajv.compile({ ...schema, definitions: cut.definitions });
  compiled.set(schema, validate);
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `For '${(error?.instancePath ?? "").replaceAll(/^\//g, "properties/") || "body"}', ${JSON.stringify(value).slice(0, 400)}: ${error?.message ?? ""} ${JSON.stringify(error?.params)}`;
}

/** @throws Refusal like GitHub's if the description does not allow the body */
export function checkBody(operation: string, body: unknown): void {
  const schema = cut.operations[operation]?.body;
  const problem = schema && body !== undefined ? check(schema, body) : undefined;
  if (problem !== undefined) throw new Refusal(422, `Invalid request.\n\n${problem}`);
}

/** @throws Error for an answer that GitHub would not give, which is a mistake in the testbed */
export function checkAnswer(operation: string, status: number, body: unknown): void {
  if (!(operation in cut.operations)) throw new Error(`the cut of GitHub's description lacks ${operation}`);
  const schema = cut.operations[operation]?.answers[String(status)];
  if (schema === undefined && body !== undefined) {
    throw new Error(`GitHub's description has no answer ${status} of ${operation} with a body`);
  }
  const problem = schema && check(schema, body);
  if (problem !== undefined)
    throw new Error(`an answer ${status} of ${operation} is not GitHub's: ${problem}`);
}
