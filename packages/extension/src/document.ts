import { readFile } from "node:fs/promises";
import { KilnError, systemCode } from "@sysext-kiln/error";
import type { z } from "zod";

/** How messages speak of a JSON document that passes from one step, job or release to another. */
export interface DocumentNames {
  /** What it is and where, such as `a plan in plan.json`. */
  what: string;
  /** What to do if it is missing or invalid. */
  next: string;
}

/**
 * Reads a JSON document from a file.
 * @throws KilnError `document-invalid`
 */
export async function readDocument<S extends z.ZodType>(
  path: string,
  schema: S,
  names: DocumentNames,
): Promise<z.output<S>> {
  return parseDocument(await readDocumentText(path, names), schema, names);
}

/** @throws KilnError `document-invalid` */
export async function readDocumentText(path: string, names: DocumentNames): Promise<string> {
  return readFile(path, "utf8").catch((cause: unknown) => {
    throw invalid(names, systemCode(cause) === "ENOENT" ? "no such file" : String(cause), cause);
  });
}

/** @throws KilnError `document-invalid` */
export function parseDocument<S extends z.ZodType>(
  text: string,
  schema: S,
  names: DocumentNames,
): z.output<S> {
  const parsed = schema.safeParse(parseJson(text, names));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const at = issue?.path.join(".");
  throw invalid(names, `${at === undefined || at === "" ? "" : `"${at}": `}${issue?.message}`);
}

function parseJson(text: string, names: DocumentNames): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw invalid(names, "text that is not valid JSON", cause);
  }
}

function invalid({ what, next }: DocumentNames, found: string, cause?: unknown): KilnError {
  return new KilnError("document-invalid", { expected: what, found, next, cause });
}
