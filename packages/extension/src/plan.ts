import { createHash } from "node:crypto";
import { architectures } from "./architecture.ts";
import { readDocument } from "./document.ts";
import { upstreamNames } from "./upstream-name.ts";
import { z } from "zod";

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** An object of git, by its SHA-1. */
export const gitIdSchema = z.string().regex(/^[0-9a-f]{40}$/);

const name = z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/);

const debianOrigin = z.strictObject({
  kind: z.literal("debian"),
  suite: z.string(),
  package: z.string(),
  version: z.string(),
});

const githubOrigin = z.strictObject({
  kind: z.literal("github"),
  repository: z.string(),
  tag: z.string(),
  /** What the tag is in git: the commit, or a tag object that names it. */
  object: gitIdSchema,
  /** The commit that the tag named when the plan was made. */
  commit: gitIdSchema,
});

/** A file that a build starts from, pinned by its digest. */
export const fileInputSchema = z.strictObject({
  /** Its name in the build, without a version: `openssl.orig.tar.gz`, `musl.deb`. */
  name,
  url: z.url(),
  /** In bytes. */
  size: z.int().nonnegative(),
  sha256: sha256Schema,
  /** Who vouches for the digest. */
  origin: z.discriminatedUnion("kind", [
    debianOrigin,
    githubOrigin.extend({
      /** The asset of the tag's release that lists the digest. */
      checksums: z.string(),
    }),
  ]),
  /** Which of its members become which files of the image; absent for what a Dockerfile reads. */
  take: z.record(z.string(), z.string()).optional(),
});
export type FileInput = z.infer<typeof fileInputSchema>;

/**
 * The source at a commit, pinned by what git calls its content. The archive that a server makes of it is pinned by
 * nothing: the same content may be packed differently tomorrow.
 */
export const sourceInputSchema = z.strictObject({
  /** What a Dockerfile reads: `keepalived.orig.tar`. */
  name,
  /** Where the server packs the commit. */
  url: z.url(),
  /** git's id of the commit's tree: decides about every path, mode and byte. */
  tree: gitIdSchema,
  /** The commit's date, which every file gets, in seconds since 1970. */
  epoch: z.int().nonnegative(),
  origin: githubOrigin,
});
export type SourceInput = z.infer<typeof sourceInputSchema>;

/** What a build starts from. */
export const inputSchema = z.union([fileInputSchema, sourceInputSchema]);
export type Input = z.infer<typeof inputSchema>;

/** One image that is missing. */
export const buildOrderSchema = z.strictObject({
  extension: z.string(),
  version: z.strictObject({ upstream: z.string(), revision: z.int().positive() }),
  architecture: z.enum(architectures),
  /** Which upstream the version comes from. */
  upstream: z.enum(upstreamNames),
  /** What decides about the image's bytes, with the recipe. */
  inputs: z.array(inputSchema),
  /** Digest of the extension's recipe. */
  recipe: sha256Schema,
  /** Packages that stand in for the host in the smoke run. */
  hostLibraries: z.array(fileInputSchema),
});
export type BuildOrder = z.infer<typeof buildOrderSchema>;

/** What passes from the watcher to the builder: every build that is missing. */
export const planSchema = z.strictObject({ builds: z.array(buildOrderSchema) });
export type Plan = z.infer<typeof planSchema>;

/**
 * Reads a plan that an earlier step or job wrote.
 * @throws KilnError `document-invalid`
 */
export function readPlan(path: string): Promise<Plan> {
  return readDocument(path, planSchema, {
    what: `a plan in ${path}`,
    next: "run the whole workflow again, so that the plan is of the same commit as what reads it",
  });
}

export function formatPlan(plan: Plan): string {
  return `${JSON.stringify(plan, null, 2)}\n`;
}

/** SHA-256 over what decides about an image's bytes: equal fingerprints, equal images. */
export function fingerprint({ inputs, recipe }: Pick<BuildOrder, "inputs" | "recipe">): string {
  const lines = inputs.map((input) => `${input.name} ${contentOf(input)}`).toSorted();
  return createHash("sha256")
    .update([recipe, ...lines].join("\n"))
    .digest("hex");
}

/** What an input's bytes follow from. */
function contentOf(input: Input): string {
  return "tree" in input ? input.origin.commit : input.sha256;
}

/** How a person would say which one an input is: a Debian version, the commit of a source, the digest of an asset. */
export function pinOf(input: Input): string {
  return input.origin.kind === "debian" ? input.origin.version : contentOf(input);
}
