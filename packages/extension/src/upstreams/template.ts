import { z } from "zod";
import { architectures, type Architecture } from "../architecture.ts";

/** A text of `extension.yaml` with placeholders, for all architectures or for each. */
export type Template = string | Partial<Record<Architecture, string>>;

/**
 * A text in which placeholders such as `{version}` are replaced. It may be given for each architecture, for
 * names that no single text describes (`k3s` and `k3s-arm64`).
 * @param characters what else it may contain, as the inside of a character class
 * @param example for messages
 */
export function template(placeholders: readonly string[], characters: string, example: string) {
  const one = textWith(placeholders, characters, example);
  return z.union([one, z.partialRecord(z.enum(architectures), one)], {
    error: `a text such as ${example}, or one for each architecture`,
  });
}

/** The same, always for all architectures. */
export function textWith(placeholders: readonly string[], characters: string, example: string) {
  const pattern = new RegExp(
    `^(?:[${characters}]|${placeholders.map((name) => `\\{${name}\\}`).join("|")})+$`,
  );
  return z
    .string()
    .max(500)
    .regex(pattern, `a text such as ${example}, in which ${list(placeholders)} is replaced`);
}

function list(placeholders: readonly string[]): string {
  return placeholders.map((name) => `{${name}}`).join(" or ");
}

/** The text of a template for an architecture; undefined if it has none for it. */
export function textFor(text: Template, architecture: Architecture): string | undefined {
  return typeof text === "string" ? text : text[architecture];
}

/** The path of a file in a repository. */
export const pathInSource = z
  .string()
  .regex(/^(?!\.\.?(\/|$))[A-Za-z0-9._-]+(\/(?!\.\.?(\/|$))[A-Za-z0-9._-]+)*$/);

/** Where `{version}` is in a tag or a file's name: with exactly one of it, matching needs no search. */
export const versionPattern = z
  .string()
  .max(200)
  .regex(/^[^{}\s]*\{version\}[^{}\s]*$/, "a text with {version} in it once, such as api/v{version}");

/**
 * The version in a text that has a pattern's form; undefined for every other text.
 * @param pattern a text with `{version}` in it once
 */
export function versionIn(pattern: string, text: string): string | undefined {
  const [before = "", after = ""] = pattern.split("{version}");
  const isLongEnough = text.length > before.length + after.length;
  if (!isLongEnough || !text.startsWith(before) || !text.endsWith(after)) return undefined;
  return text.slice(before.length, text.length - after.length);
}
