import { getInput } from "@actions/core";
import { KilnError } from "@sysext-kiln/error";
import type { z } from "zod";

/**
 * Reads the inputs that a schema names, as the runner hands them over, and takes them out of the environment: no program
 * that is started finds a token there. An empty one counts as not given.
 * @throws KilnError `usage` with the name of the input
 */
export function readInputs<S extends z.ZodObject>(schema: S): z.infer<S> {
  const names = Object.keys(schema.shape);
  const given = names.map((name) => [name, getInput(name)] as const).filter(([, value]) => value !== "");
  for (const name of names) delete process.env[`INPUT_${name.toUpperCase()}`];
  const parsed = schema.safeParse(Object.fromEntries(given));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue?.path[0]);
  throw new KilnError("usage", {
    expected: `the input ${name} to be ${issue?.message}`,
    found: JSON.stringify((given.find(([one]) => one === name)?.[1] ?? "").slice(0, 80)),
    next: `correct "${name}" below "with:" of this step, or the variable that it is taken from`,
  });
}
