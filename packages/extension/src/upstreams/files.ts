import { z } from "zod";
import { isPrerelease, parseUpstreamVersion } from "../version.ts";

/** The keys of `upstreams.files`. */
export const files = z
  .strictObject({
    version: z
      .string({ error: 'a version in quotes, such as "1.0.0"' })
      .refine(
        (text) => parseUpstreamVersion(text) === text && !isPrerelease(text),
        "a version such as 1.0.0, without v, and no prerelease",
      )
      .describe("The extension's version; if only the files change, it gets a new revision."),
  })
  .describe("The extension consists of nothing but its files/, which are the same for every architecture.");

export type FilesUpstream = z.infer<typeof files>;
