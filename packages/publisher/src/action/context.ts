import { z } from "zod";

/** The inputs of the action; `action.yml` describes them. */
export const inputs = z.object({
  plan: z.string().optional(),
  images: z.string().optional(),
  extensions: z.string().default("extensions"),
  "dry-run": z
    .enum(["true", "false"], { error: "true or false" })
    .default("false")
    .transform((text) => text === "true"),
  token: z.string().optional(),
});

export const outputs = { changed: "false", published: "" };
