import { z } from "zod";
import { architectures, type Architecture } from "../architecture.ts";
import { parseUpstreamVersion } from "../version.ts";
import { pathInImage, take } from "./take.ts";
import { textFor, type Template } from "./template.ts";

// What the kinds have in common whose versions consist of files that upstream has built.

export const arch = z
  .partialRecord(z.enum(architectures), z.string().regex(/^[A-Za-z0-9._-]*$/, "such as amd64, or empty"))
  .describe("What replaces {arch}: upstream's name of each architecture, which may be empty.");

export const rewrite = z
  .record(z.string().min(1).max(20), z.string().max(20))
  .describe(
    'Text that is replaced in the version wherever {version} is filled in, because upstream writes it differently: { "+": "-" }.',
  );

export const digests = z
  .record(
    z.string().refine((text) => parseUpstreamVersion(text) === text, "a version such as 3.5.0, without v"),
    z.record(
      z.string().min(1),
      z.string().regex(/^[0-9a-f]{64}$/, "a SHA-256 of 64 lower-case hexadecimal digits"),
    ),
  )
  .describe("For each version, the SHA-256 of its files by their names, as somebody has reviewed them.");

/** The ways to verify a file besides a list of checksums. */
export const otherEvidence = ["github", "definition", "signature"] as const;

export const keys = z
  .array(
    z
      .string()
      .regex(
        /^(?!\.)[A-Za-z0-9._-]+(\/(?!\.)[A-Za-z0-9._-]+)*$/,
        "the path of a file in the extension's folder, such as keys/upstream.asc",
      ),
  )
  .min(1)
  .describe("Files in the extension's folder with the public keys, one of which must have signed.");

/** What goes from a file into the image. */
export const content = {
  take: take.optional(),
  to: pathInImage
    .optional()
    .describe("For a file that is a program, not an archive: the path of the program in the image."),
};

interface WithContent {
  take?: object | undefined;
  to?: string | undefined;
}

/** Whether a file says what goes into the image, once. */
export function hasContent({ take: members, to }: WithContent): boolean {
  return (members === undefined) !== (to === undefined);
}

export const contentError = "either take (members of an archive) or to (the path of a single program)";

/** The architectures that templates need a name for, and have none. */
export function architecturesWithoutName(
  templates: readonly Template[],
  names: Partial<Record<Architecture, string>> | undefined,
  wanted: readonly Architecture[],
): Architecture[] {
  return wanted.filter((architecture) =>
    templates.some((one) => {
      const text = textFor(one, architecture);
      return text === undefined || (text.includes("{arch}") && names?.[architecture] === undefined);
    }),
  );
}

/** What upstream's files are verified by. */
export interface Evidence {
  checksums: string | readonly string[];
  digests?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  signature?: { file: string; keys: readonly string[] } | undefined;
}

/** Why evidence contradicts itself; undefined if it does not. */
export function evidenceProblem({ checksums, digests: pinned, signature }: Evidence): string | undefined {
  if (checksums === "definition" && pinned === undefined) return "digests beside checksums: definition";
  if (checksums === "signature" && signature === undefined) return "signature beside checksums: signature";
  const isSigned = signature !== undefined && (checksums === "github" || checksums === "definition");
  return isSigned
    ? "no signature beside checksums: github or definition, as there is nothing that it signs"
    : undefined;
}
