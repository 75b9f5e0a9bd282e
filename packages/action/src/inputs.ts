import { KilnError } from "@sysext-kiln/error";
import { takeSecrets } from "@sysext-kiln/machine/secrets";
import type { z } from "zod";

/**
 * Reads the inputs that a schema names, as the runner passes them. An empty one counts as not given.
 * @throws KilnError `usage` with the name of the input
 */
export function readInputs<S extends z.ZodObject>(schema: S): z.infer<S> {
  const names = Object.keys(schema.shape);
  const variables = takeSecrets();
  const given = names
    .map((name) => [name, variables[`INPUT_${name.toUpperCase()}`]?.trim() ?? ""] as const)
    .filter(([, value]) => value !== "");
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
