import { z } from "zod";
import { arch, content, contentError, digests, hasContent, keys, rewrite } from "./released-files.ts";
import { pathInSource, template, textWith, versionPattern } from "./template.ts";

/** A repository on GitHub. */
export const repository = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/(?!\.\.?$)[A-Za-z0-9._-]+$/, "a repository such as etcd-io/etcd")
  .describe("OWNER/NAME");

const pins = z
  .record(
    z.string().regex(/^[!-~]*\d[!-~]*$/, "a tag such as v3.5.30"),
    z.string().regex(/^[0-9a-f]{40}$/, "the full id of a commit, 40 hexadecimal digits"),
  )
  .optional()
  .describe(
    "Tags that upstream has moved after a version was published, each with the commit that somebody has reviewed.",
  );

export const tags = versionPattern.describe(
  "The form of upstream's tags, such as api/v{version}; by default, a version with or without v.",
);

const statedVersion = z
  .strictObject({
    file: pathInSource.describe("The file in the sources, such as configure.ac."),
    text: z
      .string()
      .max(200)
      .regex(/^[^{}\n]+\{version\}[^{}\n]+$/, 'a text around {version}, such as VERSION="{version}"')
      .describe("The text before and after the version in that file, with {version} in it once."),
  })
  .describe(
    "Where the sources state their own version, so that they can also be built from a folder (kiln build --source).",
  );

const nameCharacters = "A-Za-z0-9._+~-";

const asset = template(["version", "arch"], nameCharacters, "NAME-v{version}-linux-{arch}.tar.gz").describe(
  "The asset for an architecture: an archive (tar, also compressed by gzip, xz, zstd or bzip2, or zip), or a program.",
);

const list = textWith(
  ["version", "arch", "file"],
  nameCharacters,
  "NAME_{version}_SHA256SUMS or {file}.sha256",
);

const checksums = z
  .union([list, z.array(list).min(1)], { error: "the name of an asset, or a list of names" })
  .describe(
    "The asset that lists the SHA-256 of the others, or several such assets; {file} is the name of the asset that is verified. Or one of these words: github, the digest that GitHub computed; definition, only those in digests; signature, a signature of each asset.",
  );

const signature = z
  .strictObject({
    file: list.describe("The asset with the signature; {file} is the name of the asset that is signed."),
    keys,
  })
  .describe("An OpenPGP signature of each list of checksums, or of each asset with checksums: signature.");

const file = z
  .strictObject({
    asset,
    arch: arch.optional(),
    checksums: checksums.optional(),
    ...content,
  })
  .refine(hasContent, contentError)
  .describe("An asset and what goes from it into the image; it may have an arch and checksums of its own.");

const releases = z
  .strictObject({
    kind: z.literal("releases").describe("Versions are releases; assets of each contain the programs."),
    repository,
    tags: tags.optional(),
    asset: asset.optional(),
    arch: arch.optional(),
    rewrite: rewrite.optional(),
    checksums: checksums.default("SHA256SUMS"),
    digests: digests.optional(),
    signature: signature.optional(),
    ...content,
    files: z.array(file).min(1).optional().describe("The assets, if there are several for an architecture."),
    pins,
  })
  .refine(({ asset: one, files }) => (one === undefined) !== (files === undefined), {
    path: ["asset"],
    error: "the asset, or files if there are several for an architecture",
  })
  .refine(({ files, ...one }) => files !== undefined || hasContent(one), {
    path: ["take"],
    error: contentError,
  })
  .refine(({ files, take: members, to }) => files === undefined || (members ?? to) === undefined, {
    path: ["files"],
    error: "the only key that says what goes into the image, without take and to beside it",
  });

/** The keys of `upstreams.github`. */
export const github = z
  .discriminatedUnion(
    "kind",
    [
      z.strictObject({
        kind: z.literal("tags").describe("Versions are tags; the Dockerfile compiles the source at the tag."),
        repository,
        tags: tags.optional(),
        statedVersion: statedVersion.optional(),
        pins,
      }),
      releases,
    ],
    { error: "kind: tags or kind: releases, with a repository" },
  )
  .describe("Tags of a repository on GitHub: the files of their releases, or the source at the tag.");

export type GithubUpstream = z.infer<typeof github>;
export type GithubReleases = Extract<GithubUpstream, { kind: "releases" }>;
export type GithubTags = Extract<GithubUpstream, { kind: "tags" }>;
