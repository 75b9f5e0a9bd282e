import { z } from "zod";
import { architectures } from "./architecture.ts";
import { debianPackage, suite, upstreams } from "./upstreams.ts";
import { parseUpstreamVersion } from "./version.ts";

const name = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "a name of lower-case letters, digits and single dashes");

const version = z
  .string()
  .refine((text) => parseUpstreamVersion(text) === text, "a version such as 3.5.0, without v");

const series = z
  .string({ error: 'a series in quotes, such as "3.5"' })
  .regex(/^\d+(\.\d+)?$/, 'a series such as "3.5": a major version, or a major and a minor one');

const versions = z
  .strictObject({
    track: z
      .union([z.literal("newest"), z.array(series).min(1)], {
        error: 'newest, or a list of series such as ["3.5"]',
      })
      .default("newest")
      .describe("What hosts follow: the newest version, or the newest of each series."),
    minimum: version.optional().describe("Versions below this one are not offered."),
    retain: z
      .int()
      .min(1)
      .default(2)
      .describe("How many versions of each series the update directory keeps."),
    exclude: z.array(version).default([]).describe("Versions that are known to be bad."),
  })
  .describe("Which of upstream's versions are built; prereleases never are by themselves.");

const compile = z
  .strictObject({
    image: z
      .string()
      .regex(/^debian:[a-z]+-slim$/, "debian:SUITE-slim")
      .describe("The image that the Dockerfile's build stage starts from."),
    suites: z.array(suite).min(1).describe("Where tools and libraries come from."),
    sources: z.array(debianPackage).default([]).describe("Source packages that the Dockerfile compiles in."),
    packages: z
      .array(debianPackage)
      .default([])
      .describe("Binary packages of the image's architecture that it links in."),
  })
  .describe("Present where a Dockerfile compiles something.");

const smoke = z.strictObject({
  run: z.array(z.string().min(1)).min(1).describe("A program of the image and its arguments."),
  expect: z
    .array(z.string().min(1))
    .min(1)
    .describe("Texts that its output must hold; {version} is upstream's version."),
});

const hosts = z
  .strictObject({
    service: z.string().regex(/^[a-z0-9-]+\.service$/, "the name of a service, such as etcd.service"),
    healthCheck: z
      .string()
      .regex(/^[^\n]+$/, "a command of one line")
      .optional()
      .describe("A shell command that succeeds while the service is well, besides being active."),
    healthySeconds: z
      .int()
      .min(5)
      .default(60)
      .describe("How long an updated service may take to become well before the image before comes back."),
    steadySeconds: z.int().min(1).default(10).describe("How long it must then be well without a break."),
    restartLock: z
      .string()
      .regex(/^(?![^]*^END$)/m, "a program without a line END")
      .optional()
      .describe(
        "A shell program that lets hosts restart the service one after the other. With the argument acquire it succeeds when this host may, for LOCK_SECONDS from then, and otherwise says why not; with release it ends that.",
      ),
  })
  .describe("What hosts do with it.");

/** The schema of `extension.yaml`. */
export const definitionSchema = z
  .strictObject({
    name,
    summary: z.string().min(1).max(100),
    homepage: z.url({ protocol: /^https$/ }),
    license: z.string().min(1).describe("An SPDX expression for what the image holds."),
    asset: z
      .string()
      .regex(
        /^[a-z0-9.-]+\{version\}[a-z0-9.-]*-\{arch\}\.raw$/,
        "a template such as NAME-{version}-{arch}.raw",
      )
      .describe("The one template that every name is derived from."),
    architectures: z
      .array(z.enum(architectures))
      .min(1)
      .default([...architectures]),
    versions: versions.prefault({}),
    upstreams,
    compile: compile.optional(),
    static: z.boolean().default(false).describe("Whether every program must be statically linked."),
    hostPrograms: z
      .array(z.string().regex(/^[a-z0-9-]+$/))
      .default([])
      .describe("Programs that units start and that the host brings."),
    hostLibraries: z
      .strictObject({ suite, packages: z.array(debianPackage).min(1) })
      .optional()
      .describe("What dynamic programs take from the host; stands in for the host in the smoke run."),
    hosts,
    smoke: z.array(smoke).min(1).describe("Commands that the finished image must answer."),
  })
  .refine((definition) => definition.asset.startsWith(`${definition.name}-`), {
    path: ["asset"],
    error: "a template that begins with the extension's name and a dash",
  })
  .refine(
    ({ architectures: wanted, upstreams: { github } }) =>
      github?.kind !== "releases" || wanted.every((architecture) => github.arch[architecture] !== undefined),
    { path: ["upstreams", "github", "arch"], error: "upstream's spelling of every architecture" },
  );

export type Definition = z.infer<typeof definitionSchema>;
