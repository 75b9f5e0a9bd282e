import { z } from "zod";
import { architectures } from "../architecture.ts";
import { parseUpstreamVersion } from "../version.ts";
import { take } from "./take.ts";

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

/** The keys of `upstreams.github`. */
export const github = z.discriminatedUnion(
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

export type GithubUpstream = z.infer<typeof github>;
export type GithubReleases = Extract<GithubUpstream, { kind: "releases" }>;
export type GithubTags = Extract<GithubUpstream, { kind: "tags" }>;
