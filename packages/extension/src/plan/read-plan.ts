import { readFile } from "node:fs/promises";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { planSchema, type Plan } from "./plan.ts";

/**
 * Reads a plan that an earlier step or job wrote.
 * @throws KilnError `document-invalid`
 */
export async function readPlan(path: string): Promise<Plan> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw invalid(path, systemCode(cause) === "ENOENT" ? "no such file" : String(cause), cause);
  });
  const parsed = planSchema.safeParse(parseJson(path, text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw invalid(path, `${issue?.path.join(".")}: ${issue?.message}`);
}

export function formatPlan(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(path, "no JSON", cause);
  }
}

function invalid(path: string, found: string, cause?: unknown): KilnError {
  return new KilnError("document-invalid", {
    expected: `a plan in ${path}`,
    found,
    next: "run the whole workflow again, so that the plan is of the same commit as what reads it",
    cause,
  });
}
