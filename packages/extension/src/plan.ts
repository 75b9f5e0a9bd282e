import { createHash } from "node:crypto";
import { architectures } from "./architecture.ts";
import { parseDocument, readDocumentText } from "./document.ts";
import {
  contentOf,
  hostLibrarySchema,
  inputSchema,
  nameSchema,
  sha256Schema,
  upstreamVersionSchema,
} from "./input.ts";
import { buildOrigins } from "./upstream-name.ts";
import { KilnError } from "@sysext-kiln/error";
import { z } from "zod";

/** The order for one missing image. */
export const buildOrderSchema = z.strictObject({
  extension: nameSchema,
  version: z.strictObject({ upstream: upstreamVersionSchema, revision: z.int().positive() }),
  architecture: z.enum(architectures),
  /** The upstream that the version comes from; `folder` if a person gave a folder with the sources. */
  upstream: z.enum(buildOrigins),
  /** Together with the recipe, these determine the image's bytes. */
  inputs: z.array(inputSchema),
  /** Digest of the extension's recipe. */
  recipe: sha256Schema,
  /**
   * Packages that stand in for the host in the smoke run, of the image's architecture. For an extension of
   * files they are there for each architecture: scripts run on whatever machine builds the image, without an
   * emulator, which could start one program but not those that it starts.
   */
  hostLibraries: z.array(hostLibrarySchema),
  /** Whether the policy does not select the version, but a person requested it: hosts are not offered it. */
  outsidePolicy: z.literal(true).optional(),
});
export type BuildOrder = z.infer<typeof buildOrderSchema>;

/** Whether a build starts from something that no upstream vouches for. It is never published. */
export function isFromFolder({ upstream, inputs }: Pick<BuildOrder, "upstream" | "inputs">): boolean {
  return upstream === "folder" || inputs.some(({ origin }) => origin.kind === "folder");
}

/** The document that the watcher passes to the builder: all missing builds. */
export const planSchema = z.strictObject({
  builds: z.array(
    buildOrderSchema.refine((order) => !isFromFolder(order), "a build from an upstream, not from a folder"),
  ),
});
export type Plan = z.infer<typeof planSchema>;

/**
 * Reads a plan that an earlier step or job wrote.
 * @param digest the SHA-256 of the file, which the job that wrote it passed on by another way: any job of a
 * run can replace the artifact with the plan
 * @throws KilnError `document-invalid`, `digest-mismatch`
 */
export async function readPlan(path: string, digest?: string): Promise<Plan> {
  const next = "run the whole workflow again, so that the plan and the job that reads it belong together";
  const names = { what: `a plan in ${path}`, next };
  const text = await readDocumentText(path, names);
  const found = planDigest(text);
  if (digest === undefined || digest === found) return parseDocument(text, planSchema, names);
  throw new KilnError("digest-mismatch", {
    expected: `the plan in ${path} to have the SHA-256 ${digest}, as the job that made it said`,
    found,
    next: `find out which job replaced the plan; then ${next}`,
  });
}

/** The SHA-256 of a plan's text, in lower-case hex. */
export function planDigest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function formatPlan(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/**
 * SHA-256 over what determines an image's bytes, apart from its version and architecture: of these, equal
 * fingerprints mean equal images.
 */
export function fingerprint({ inputs, recipe }: Pick<BuildOrder, "inputs" | "recipe">): string {
  const lines = inputs.map((input) => `${input.name} ${contentOf(input)}`).toSorted();
  return createHash("sha256")
    .update([recipe, ...lines].join("\n"))
    .digest("hex");
}
