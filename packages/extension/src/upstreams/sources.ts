import { z } from "zod";
import { parseUpstreamVersion } from "../version.ts";
import { debian } from "./debian.ts";
import { github } from "./github.ts";
import { go } from "./go.ts";
import { http } from "./http.ts";
import { pathInSource } from "./template.ts";

const version = z
  .union(
    [
      z.enum(["same", "newest"]),
      z.strictObject({
        series: z
          .string()
          .regex(/^\d+(\.\d+)?$/)
          .describe('The newest version of a series such as "1.3".'),
      }),
      z.strictObject({
        exact: z
          .string()
          .refine((text) => parseUpstreamVersion(text) === text)
          .describe("This version."),
      }),
      z.strictObject({
        file: pathInSource.describe(
          "The path of a file in the upstream's repository that contains the version, at the tag of the extension's version.",
        ),
      }),
    ],
    {
      error:
        'same, newest, { series: "1.3" }, { exact: "1.3.0" }, or { file: path/in/the/repository } of a file that contains the version',
    },
  )
  .default("same")
  .describe(
    "Which version: the same as the extension's, the newest, the newest of a series, an exact one, or the one in a file of the upstream's repository. If it changes, the image gets a new revision.",
  );

const source = z
  .strictObject({
    version,
    debian: debian.optional(),
    go: go.optional(),
    github: github.optional(),
    http: http.optional(),
  })
  .refine(
    (given) => Object.values(given).filter((one) => one !== undefined).length === 2,
    "exactly one of debian, go, github, http, with the same keys as in upstreams",
  );

/** Further sources by name. */
export const sources = z
  .record(
    z
      .string()
      .regex(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/, "a name of lower-case letters, digits and single dashes"),
    source,
  )
  .describe("What goes into the image besides the files of the upstream, each with a version of its own.");

export type Source = z.infer<typeof source>;
/** Which version of a further source goes into an image. */
export type SourceVersion = Source["version"];
