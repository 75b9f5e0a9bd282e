import { architectures } from "./architecture.ts";
import { upstreamNames } from "./upstream-name.ts";
import { otherEvidence } from "./upstreams/released-files.ts";
import { pathInImage, takeSchema } from "./upstreams/take.ts";
import { parseUpstreamVersion } from "./version.ts";
import { z } from "zod";

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** An object of git, by its SHA-1. */
export const gitIdSchema = z.string().regex(/^[0-9a-f]{40}$/);

/** The name of an extension, a source or an input. */
export const nameSchema = z.string().regex(/^[a-z0-9][a-z0-9+._-]*$/);

/** A version of upstream, as plans and records have it. */
export const upstreamVersionSchema = z
  .string()
  .refine((text) => parseUpstreamVersion(text) === text, "a version as kiln writes it");

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
  name: nameSchema,
  upstream: z.enum(upstreamNames),
  version: upstreamVersionSchema,
});

/** A file that a build starts from, pinned by its digest. */
export const fileInputSchema = z.strictObject({
  /** Its name in the build, without a version: `openssl.orig.tar.gz`, `musl.deb`. */
  name: nameSchema,
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
export const hostLibrarySchema = fileInputSchema.extend({ architecture: z.enum(architectures) });
export type HostLibrary = z.infer<typeof hostLibrarySchema>;

/**
 * The source at a commit, pinned by the id of its git tree. The archive that a server makes of it cannot be
 * pinned: the same content may be packed differently tomorrow.
 */
export const sourceInputSchema = z.strictObject({
  /** Its name in the build: `keepalived.orig.tar`. */
  name: nameSchema,
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
  name: nameSchema,
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
  name: nameSchema,
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

/** What determines an input's bytes. */
export function contentOf(input: Input): string {
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
