import { z } from "zod";
import { architectures } from "./architecture.ts";
import { debianPackage, suite } from "./upstreams/debian.ts";
import { sourceProblems, upstreamProblems } from "./upstreams/check.ts";
import { upstreams } from "./upstreams/index.ts";
import { links } from "./upstreams/take.ts";
import { sources } from "./upstreams/sources.ts";
import { versions } from "./versions.ts";

/** The extension with the program that updates hosts; kiln publishes it with every other extension. */
export const kilnHostName = "kiln-host";

export const extensionName = z
  .string()
  .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "a name of lower-case letters, digits and single dashes")
  .refine(
    (text) => text === kilnHostName || !/^kiln(-|$)/.test(text),
    "another name: kiln, and names that begin with kiln-, are reserved for kiln itself",
  );

const compile = z
  .strictObject({
    image: z
      .string()
      .regex(/^debian:[a-z]+-slim$/, "debian:SUITE-slim")
      .describe("The base image of the Dockerfile's build stage."),
    suites: z.array(suite).min(1).describe("Where build tools and libraries come from."),
    sources: z
      .array(debianPackage)
      .default([])
      .describe("Source packages of libraries that the Dockerfile compiles and links in."),
    packages: z
      .array(debianPackage)
      .default([])
      .describe("Binary packages, for the image's architecture, of libraries that it links in."),
  })
  .describe("Present if a Dockerfile compiles the programs.");

const smoke = z.strictObject({
  run: z.array(z.string().min(1)).min(1).describe("A program of the image and its arguments."),
  expect: z
    .array(z.string().min(1))
    .min(1)
    .describe("Texts that its output must contain; {version} is replaced with upstream's version."),
});

const serviceName = z.string().regex(/^[a-z0-9-]+\.service$/, "the name of a service, such as etcd.service");

const hosts = z
  .strictObject({
    service: z
      .union([serviceName, z.array(serviceName).min(1)], {
        error: "the name of a service, such as etcd.service, or a list of them",
      })
      .optional()
      .describe(
        "The service, or the services, that an update restarts and then watches; omitted if the extension has none, such as a command-line tool.",
      ),
    healthySeconds: z
      .int()
      .min(5)
      .default(60)
      .describe(
        "How long an updated service may take to become healthy before the previous image is restored.",
      ),
    steadySeconds: z
      .int()
      .min(1)
      .default(10)
      .describe("How long it must then stay healthy without interruption."),
    rollback: z
      .enum(["any", "series"])
      .default("any")
      .describe(
        "Which previous version hosts may return to if this one is unhealthy: any, or only one with the same major and minor version.",
      ),
    // Without a default, which would change the recipe of every extension.
    usrLocal: z
      .literal(true)
      .optional()
      .describe(
        "That the image has files in /usr/local. Hosts on which that is a link or a mount do not take it: it would hide the operator's files, or they would hide the image's.",
      ),
  })
  .describe("How hosts run and update it.");

/** The schema of `extension.yaml`. */
export const definitionSchema = z
  .strictObject({
    name: extensionName.describe("The name of the extension, which is also that of its folder."),
    summary: z.string().min(1).max(100).describe("What it does, in one line, for release notes."),
    homepage: z
      .url({ protocol: /^https$/ })
      .optional()
      .describe("The page of upstream's project, which release notes link."),
    license: z.string().min(1).describe("An SPDX expression for the contents of the image."),
    asset: z
      .string()
      .regex(
        /^[a-z0-9.-]+\{version\}[a-z0-9.-]*-\{arch\}\.raw$/,
        "a template such as NAME-{version}-{arch}.raw",
      )
      .describe("The template from which all names are derived."),
    architectures: z
      .array(z.enum(architectures))
      .min(1)
      .default([...architectures])
      .describe("The architectures that images are built for; by default both."),
    versions: versions.prefault({}),
    upstreams,
    sources: sources.optional(),
    compile: compile.optional(),
    static: z.boolean().default(false).describe("Whether every program must be statically linked."),
    hostPrograms: z
      .array(z.string().regex(/^[a-z0-9-]+$/))
      .default([])
      .describe("Programs of the host that units start."),
    hostLibraries: z
      .strictObject({
        suite: suite.describe("The oldest suite of Debian whose libraries a host may have."),
        packages: z.array(debianPackage).min(1).describe("The packages with the libraries, such as libc6."),
      })
      .optional()
      .describe(
        "Packages with the libraries that dynamically linked programs need from the host; the smoke run uses them in place of a host's.",
      ),
    links: links.optional(),
    hosts: hosts.prefault({}),
    smoke: z
      .array(smoke)
      .default([])
      .describe(
        "Commands of the finished image that must succeed; only an extension of files may omit them.",
      ),
  })
  .refine((definition) => definition.asset.startsWith(`${definition.name}-`), {
    path: ["asset"],
    error: "a template that begins with the extension's name and a dash",
  })
  .superRefine((definition, context) => {
    const { architectures: wanted, upstreams: own, sources: others = {} } = definition;
    const problems = [
      ...upstreamProblems(own, wanted).map(({ path, message }) => ({
        path: ["upstreams", ...path],
        message,
      })),
      ...Object.entries(others).flatMap(([key, source]) =>
        upstreamProblems(source, wanted).map(({ path, message }) => ({
          path: ["sources", key, ...path],
          message,
        })),
      ),
      ...sourceProblems(definition.name, own, others),
    ];
    for (const { path, message } of problems) context.addIssue({ code: "custom", path: [...path], message });
  })
  .refine(({ smoke: commands, upstreams: { files } }) => files !== undefined || commands.length > 0, {
    path: ["smoke"],
    error: "at least one command of the image, and what it prints",
  })
  .refine(({ compile: recipe, upstreams: { files } }) => files === undefined || recipe === undefined, {
    path: ["compile"],
    error: "omitted: an extension of files compiles nothing",
  })
  .refine(({ compile: recipe, upstreams: { go } }) => go === undefined || recipe === undefined, {
    path: ["compile"],
    error: "omitted: the upstream go compiles its programs itself",
  });

export type Definition = z.infer<typeof definitionSchema>;

/** The services that hosts restart after an update; none for a command-line tool. */
export function servicesOf({ hosts: { service = [] } }: Pick<Definition, "hosts">): readonly string[] {
  return typeof service === "string" ? [service] : service;
}
