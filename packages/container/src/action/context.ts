import { booleanInput } from "@sysext-kiln/action";
import { z } from "zod";

/** The inputs of the action; `action.yml` describes them. */
export const inputs = z.object({
  repository: z.string().optional(),
  extensions: z.string().default("extensions"),
  recipe: z.string().default("deploy/container"),
  "dry-run": booleanInput,
  token: z.string().optional(),
});

export const outputs = { behind: "false", disabled: "false", digest: "" };
