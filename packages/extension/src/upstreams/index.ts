import { z } from "zod";
import { debian } from "./debian.ts";
import { files } from "./files.ts";
import { github } from "./github.ts";
import { go } from "./go.ts";
import { http } from "./http.ts";

/** The part of `extension.yaml` that says where versions come from. */
export const upstreams = z
  .strictObject({
    debian: debian.optional(),
    go: go.optional(),
    github: github.optional(),
    http: http.optional(),
    files: files.optional(),
  })
  .refine(
    (given) => Object.values(given).some((one) => one !== undefined),
    "at least one of debian, go, github, http, files",
  )
  .refine(
    (given) => given.files === undefined || Object.keys(given).length === 1,
    "either files, or any of debian, go, github, http",
  )
  .describe(
    "Where versions come from. A run uses one upstream of the extension; if that fails, it does not try another one.",
  );
