import { createHash } from "node:crypto";
import { architectures } from "@sysext-kiln/extension";
import { z } from "zod";

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** A file that a build starts from, pinned by its digest. */
export const inputSchema = z.strictObject({
  /** Its name in the build, without a version: `openssl.orig.tar.gz`, `musl.deb`. */
  name: z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/),
  url: z.url(),
  /** In bytes. */
  size: z.int().nonnegative(),
  sha256: sha256Schema,
  /** Who vouches for the digest. */
  origin: z.strictObject({
    kind: z.literal("debian"),
    suite: z.string(),
    package: z.string(),
    version: z.string(),
  }),
  /** Which of its members become which files of the image; absent for what a Dockerfile reads. */
  take: z.record(z.string(), z.string()).optional(),
});
export type Input = z.infer<typeof inputSchema>;

/** One image that is missing. */
export const buildOrderSchema = z.strictObject({
  extension: z.string(),
  version: z.strictObject({ upstream: z.string(), revision: z.int().positive() }),
  architecture: z.enum(architectures),
  /** Which upstream the version comes from. */
  upstream: z.literal("debian"),
  /** What decides about the image's bytes, with the recipe. */
  inputs: z.array(inputSchema),
  /** Digest of the extension's recipe. */
  recipe: sha256Schema,
  /** Packages that stand in for the host in the smoke run. */
  hostLibraries: z.array(inputSchema),
});
export type BuildOrder = z.infer<typeof buildOrderSchema>;

/** What passes from the watcher to the builder: every build that is missing. */
export const planSchema = z.strictObject({ builds: z.array(buildOrderSchema) });
export type Plan = z.infer<typeof planSchema>;

/** SHA-256 over what decides about an image's bytes: equal fingerprints, equal images. */
export function fingerprint({ inputs, recipe }: Pick<BuildOrder, "inputs" | "recipe">): string {
  const lines = inputs.map(({ name, sha256 }) => `${name} ${sha256}`).toSorted();
  return createHash("sha256")
    .update([recipe, ...lines].join("\n"))
    .digest("hex");
}
