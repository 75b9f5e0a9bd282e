import { createHash } from "node:crypto";
import { architectures } from "./architecture.ts";
import { parseDocument, readDocumentText } from "./document.ts";
import { buildOrigins, upstreamNames } from "./upstream-name.ts";
import { otherEvidence } from "./upstreams/released-files.ts";
import { pathInImage, takeSchema } from "./upstreams/take.ts";
import { KilnError } from "@sysext-kiln/error";
import { parseUpstreamVersion } from "./version.ts";
import { z } from "zod";

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** An object of git, by its SHA-1. */
export const gitIdSchema = z.string().regex(/^[0-9a-f]{40}$/);

const name = z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/);

/** A short text on one line, which may reach a log or a web page. */
export const plainTextSchema = z.string().regex(/^[\x20-\x7e]{1,500}$/);

/** Where an input is downloaded from. It gets into build records, so it has no password. */
const url = z
  .url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://", abort: true })
  .regex(/^[a-z]+:\/\/[^/?#@]+([/?#][!-~]*)?$/i, "a URL without a password, spaces or control characters");

const debianOrigin = z.strictObject({
  kind: z.literal("debian"),
  suite: plainTextSchema,
  package: plainTextSchema,
  version: plainTextSchema,
});

const githubOrigin = z.strictObject({
  kind: z.literal("github"),
  repository: plainTextSchema,
  tag: plainTextSchema,
  /** The git object of the tag: the commit, or a tag object that names it. */
  object: gitIdSchema,
  /** The commit that the tag named when the plan was made. */
  commit: gitIdSchema,
});

/** How the digest of a file that upstream has built was established. */
const evidence = {
  /** The lists that have it: assets of the tag's release, or URLs. */
  checksums: plainTextSchema.optional(),
  /** What vouches for it instead of a list. */
  vouchedBy: z.enum(otherEvidence).optional(),
  /** The OpenPGP signature of the list, or of the file. */
  signature: z
    .strictObject({
      file: plainTextSchema,
      /** The fingerprint of the primary key that signed, in upper-case hex. */
      key: z.string().regex(/^([0-9A-F]{40}|[0-9A-F]{64})$/),
    })
    .optional(),
};
export type DigestEvidence = z.infer<z.ZodObject<typeof evidence>>;

/** The further source of an extension that an input belongs to. */
const sourceOfInput = z.strictObject({
  name,
  upstream: z.enum(upstreamNames),
  version: z.string().refine((text) => parseUpstreamVersion(text) === text, "a version as kiln writes it"),
});

/** A file that a build starts from, pinned by its digest. */
export const fileInputSchema = z.strictObject({
  /** Its name in the build, without a version: `openssl.orig.tar.gz`, `musl.deb`. */
  name,
  url,
  /** In bytes. */
  size: z.int().nonnegative(),
  sha256: sha256Schema,
  /** Where the digest comes from. */
  origin: z.discriminatedUnion("kind", [
    debianOrigin,
    githubOrigin.extend(evidence),
    z.strictObject({ kind: z.literal("http"), ...evidence }),
  ]),
  /** Which members become which files of the image; absent for inputs of a Dockerfile. */
  take: takeSchema.optional(),
  /** The path in the image of a file that is a program and no archive. */
  to: pathInImage.optional(),
  source: sourceOfInput.optional(),
});
export type FileInput = z.infer<typeof fileInputSchema>;

/** A package that stands in for the host in the smoke run. */
const hostLibrarySchema = fileInputSchema.extend({ architecture: z.enum(architectures) });
export type HostLibrary = z.infer<typeof hostLibrarySchema>;

/**
 * The source at a commit, pinned by the id of its git tree. The archive that a server makes of it cannot be
 * pinned: the same content may be packed differently tomorrow.
 */
export const sourceInputSchema = z.strictObject({
  /** Its name in the build: `keepalived.orig.tar`. */
  name,
  /** Where the server provides an archive of the commit. */
  url,
  /** The id of the commit's git tree, which covers every path, mode and byte. */
  tree: gitIdSchema,
  /** The commit's date, in seconds since 1970; every file gets it. */
  epoch: z.int().nonnegative(),
  origin: githubOrigin,
  source: sourceOfInput.optional(),
});
export type SourceInput = z.infer<typeof sourceInputSchema>;

/** The source in a folder on this machine. Whoever builds from it vouches for it, and nobody else does. */
export const folderInputSchema = z.strictObject({
  /** Its name in the build: `keepalived.orig.tar`. */
  name,
  /** The id of the git tree that the folder would be. */
  tree: gitIdSchema,
  /** The date of every file, in seconds since 1970: that of the commit, or of the newest file. */
  epoch: z.int().nonnegative(),
  origin: z.strictObject({
    kind: z.literal("folder"),
    /** The commit that is checked out there, and the tag of the version that names it, according to the folder. */
    commit: gitIdSchema.optional(),
    tag: plainTextSchema.optional(),
  }),
  source: sourceOfInput.optional(),
});
export type FolderInput = z.infer<typeof folderInputSchema>;

/** Go's digest of a module's files (golang.org/x/mod/sumdb/dirhash, Hash1). */
export const goSumSchema = z.string().regex(/^h1:[A-Za-z0-9+/]{43}=$/);

/**
 * A Go module that programs are compiled from, pinned by the digest of its files. Its go.mod determines the
 * versions of all modules that it needs, and the checksum database their digests.
 */
export const moduleInputSchema = z.strictObject({
  /** The module's path, as a name. */
  name,
  module: plainTextSchema,
  /** As Go spells it, such as `v3.6.16`. */
  version: plainTextSchema,
  sum: goSumSchema,
  /** The version's date, in seconds since 1970; its programs get it. */
  epoch: z.int().nonnegative(),
  /** The toolchain, such as `go1.27.1`; the checksum database determines its digest. */
  toolchain: z.string().regex(/^go1\.\d+(\.\d+)?$/),
  /** The import path of each program, by its path in the image. */
  programs: z.record(pathInImage, plainTextSchema),
  tags: z.array(plainTextSchema),
  ldflags: z.array(plainTextSchema),
  /** The version that stands for the folders of its repository by which go.mod replaces modules. */
  localModules: plainTextSchema.optional(),
  /** Which of its files become which files of the image. */
  take: takeSchema.optional(),
  origin: z.strictObject({
    kind: z.literal("go"),
    /** The proxies that it may have come from, as in GOPROXY; `direct` for a module that GONOPROXY exempts. */
    proxy: plainTextSchema,
    /** What vouches for the digest; absent for a module that GONOSUMDB exempts. */
    checksumDatabase: plainTextSchema.optional(),
  }),
  source: sourceOfInput.optional(),
});
export type ModuleInput = z.infer<typeof moduleInputSchema>;

/** An input of a build. */
export const inputSchema = z.union([
  fileInputSchema,
  sourceInputSchema,
  folderInputSchema,
  moduleInputSchema,
]);
export type Input = z.infer<typeof inputSchema>;

const upstreamVersionSchema = z
  .string()
  .refine((text) => parseUpstreamVersion(text) === text, "a version as kiln writes it");

/** The order for one missing image. */
export const buildOrderSchema = z.strictObject({
  extension: name,
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

/** What determines an input's bytes. */
function contentOf(input: Input): string {
  if ("module" in input) return `${input.sum} ${input.toolchain}`;
  if (!("tree" in input)) return input.sha256;
  return input.origin.kind === "folder" ? `folder ${input.tree}` : input.origin.commit;
}

/**
 * What identifies an input to people: a Debian version, the commit of a source, the tree of a folder, an
 * asset's digest, or a module's digest and its toolchain.
 */
export function pinOf(input: Input): string {
  return input.origin.kind === "debian" ? input.origin.version : contentOf(input);
}
