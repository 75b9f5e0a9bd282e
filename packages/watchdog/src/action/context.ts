import { listInput } from "@sysext-kiln/action";
import { z } from "zod";

const fileName = z.string().regex(/^[\w.-]+\.ya?ml$/, "the file name of a workflow");

/** The inputs of the action; `action.yml` describes them. */
export const inputs = z.object({
  results: z.string().optional(),
  subject: z.enum(["runs", "releases"]).default("runs"),
  workflow: fileName.default("release.yml"),
  "keep-enabled": listInput("release.yml watchdog.yml").pipe(z.array(fileName)),
  extensions: z.string().default("extensions"),
  token: z.string().optional(),
});

export const outputs = { issue: "" };
