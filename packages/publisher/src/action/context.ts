import { booleanInput } from "@sysext-kiln/action";
import { z } from "zod";

/** The inputs of the action; `action.yml` describes them. */
export const inputs = z.object({
  plan: z.string().optional(),
  images: z.string().optional(),
  extensions: z.string().default("extensions"),
  "dry-run": booleanInput,
  token: z.string().optional(),
});

export const outputs = { changed: "false", published: "" };
