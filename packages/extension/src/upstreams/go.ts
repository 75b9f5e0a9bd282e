import { z } from "zod";
import { pathInImage, take } from "./take.ts";

const modulePath = z
  .string()
  .regex(
    /^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(\/(?!\.)[A-Za-z0-9._~-]+)*$/,
    "the path of a module, such as go.etcd.io/etcd/server/v3",
  );

const packagePath = z
  .string()
  .regex(
    /^\.(\/(?!\.)[A-Za-z0-9._~-]+)*$/,
    "a package of the module: . for its root, or a folder such as ./cmd/hello",
  );

const program = z.union(
  [
    packagePath,
    z.strictObject({
      module: modulePath.describe("Another module, at the same version."),
      package: packagePath.default(".").describe("The package in it; by default the one at its root."),
    }),
  ],
  { error: "a package of the module, such as . or ./cmd/hello, or { module: PATH, package: ./cmd/hello }" },
);

/** The keys of `upstreams.go`. */
export const go = z
  .strictObject({
    module: modulePath.describe("The module whose versions are the extension's."),
    programs: z
      .record(pathInImage, program)
      .refine(
        (programs) => Object.keys(programs).length > 0,
        "at least one program, such as usr/bin/hello: .",
      )
      .describe("The path of each program in the image, and the package that it is compiled from."),
    tags: z
      .array(z.string().regex(/^[A-Za-z0-9_.]+$/, "a build tag such as netgo"))
      .optional()
      .describe("Build tags."),
    ldflags: z
      .array(
        z
          .string()
          .regex(/^[^\s'"]+( [^\s'"]+)*$/, "flags such as -X main.version=v{version}, without quotes"),
      )
      .optional()
      .describe(
        "Linker flags, in addition to those that omit debug information; {version}, {major}, {minor} and {patch} are replaced.",
      ),
    localModules: z
      .string()
      .regex(/^v([0-9.]|\{(version|major|minor|patch)\})+$/, "a version such as v0.{minor}.{patch}")
      .optional()
      .describe(
        "The version under which upstream publishes the modules that go.mod requires as v0.0.0 and replaces with folders of its repository.",
      ),
    toolchain: z
      .string({ error: 'a series of Go in quotes, such as "1.27"' })
      .regex(/^1\.\d+$/, 'a series of Go in quotes, such as "1.27"')
      .optional()
      .describe("A newer series of Go than the module asks for."),
    take: take
      .optional()
      .describe("Files of the module, such as its licence or its units, and where they go."),
  })
  .describe("Programs that are compiled from Go modules.");

export type GoUpstream = z.infer<typeof go>;
