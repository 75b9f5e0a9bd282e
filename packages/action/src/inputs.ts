import { KilnError } from "@sysext-kiln/error";
import { takeSecrets } from "@sysext-kiln/machine/secrets";
import { z } from "zod";

/** An input that is true or false, and false by default. */
export const booleanInput = z
  .enum(["true", "false"], { error: "true or false" })
  .default("false")
  .transform((text) => text === "true");

/** An input with values that spaces, commas or line breaks separate. @param fallback the default */
export function listInput(fallback = "") {
  return z
    .string()
    .default(fallback)
    .transform((text) => text.split(/[\s,]+/).filter((value) => value !== ""));
}

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
    next: `correct "${name}" under "with:" of this step, or the variable that it is taken from`,
  });
}
