import { z } from "zod";
import { architectures } from "./architecture.ts";
import { isPrerelease, parseUpstreamVersion } from "./version.ts";

export const suite = z
  .string()
  .regex(/^[a-z]+(-security)?$/, "a Debian suite such as trixie or trixie-security");

export const debianPackage = z.string().regex(/^[a-z0-9][a-z0-9+.-]+$/, "the name of a Debian package");

const pathInArchive = z
  .string()
  .regex(/^(?!\.\.?(\/|$))[^/]+(\/(?!\.\.?(\/|$))[^/]+)*$/, "a relative path without . or ..");

const pathInImage = pathInArchive.startsWith("usr/", "a path below usr/");

/** Which member of an archive becomes which file of an image; neither path leads out. */
export const takeSchema = z.record(pathInArchive, pathInImage);

const take = takeSchema.describe("Which member of the archive becomes which file of the image.");

const suites = z.array(suite).min(1).describe("Debian suites to search; the newest version wins.");

const debian = z.union(
  [
    z.strictObject({
      suites,
      source: debianPackage.describe("A source package, which the Dockerfile compiles."),
    }),
    z.strictObject({
      suites,
      packages: z
        .record(debianPackage, take)
        .describe("Binary packages of one source package; the first one determines the version."),
    }),
  ],
  {
    error:
      "suites with either source (a source package) or packages (binary packages and what to take from them)",
  },
);

const repository = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9-]*\/(?!\.\.?$)[A-Za-z0-9._-]+$/, "a repository such as etcd-io/etcd")
  .describe("OWNER/NAME");

const pins = z
  .record(
    z.string().refine((tag) => parseUpstreamVersion(tag) !== undefined, "a tag such as v3.5.30"),
    z.string().regex(/^[0-9a-f]{40}$/, "the full id of a commit, 40 hexadecimal digits"),
  )
  .optional()
  .describe(
    "Tags that upstream has moved after a version was published, each with the commit that somebody has reviewed.",
  );

const assetName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._+-]*$/, "the name of a release's asset");

const github = z.discriminatedUnion(
  "kind",
  [
    z.strictObject({
      kind: z.literal("tags").describe("Versions are tags; the Dockerfile compiles the source at the tag."),
      repository,
      pins,
    }),
    z.strictObject({
      kind: z.literal("releases").describe("Versions are releases; an asset of each contains the programs."),
      repository,
      asset: z
        .string()
        .regex(
          /^(?=.*\{arch\})([A-Za-z0-9._+-]|\{version\}|\{arch\})+\.(tar\.gz|tgz)$/,
          "a template such as NAME-v{version}-linux-{arch}.tar.gz",
        )
        .describe("The asset for an architecture."),
      arch: z
        .partialRecord(z.enum(architectures), z.string().regex(/^[A-Za-z0-9_-]+$/, "such as amd64"))
        .describe("What replaces {arch}: upstream's name of each architecture."),
      checksums: assetName
        .default("SHA256SUMS")
        .describe("The asset that lists the SHA-256 of the others; a version without it is not built."),
      take: take.describe(
        "Which member of the asset becomes which file of the image; {version} and {arch} are replaced.",
      ),
      pins,
    }),
  ],
  { error: "kind: tags or kind: releases, with a repository" },
);

const files = z
  .strictObject({
    version: z
      .string({ error: 'a version in quotes, such as "1.0.0"' })
      .refine(
        (text) => parseUpstreamVersion(text) === text && !isPrerelease(text),
        "a version such as 1.0.0, without v, and no prerelease",
      )
      .describe("The extension's version; a change of the files alone is a new revision of it."),
  })
  .describe("The extension consists of nothing but its files/, which are the same for every architecture.");

/** The part of `extension.yaml` that says where versions come from. */
export const upstreams = z
  .strictObject({ debian: debian.optional(), github: github.optional(), files: files.optional() })
  .refine(
    (given) => Object.values(given).some((one) => one !== undefined),
    "at least one of debian, github, files",
  )
  .refine(
    (given) => given.files === undefined || Object.keys(given).length === 1,
    "either files, or debian and github",
  )
  .describe(
    "Where versions come from. A run uses one upstream, and never falls back to another one by itself.",
  );

export type DebianUpstream = z.infer<typeof debian>;
export type GithubUpstream = z.infer<typeof github>;
export type GithubReleases = Extract<GithubUpstream, { kind: "releases" }>;
export type GithubTags = Extract<GithubUpstream, { kind: "tags" }>;
