import { z } from "zod";

const given = z.string({ error: "given" });

/** The inputs of the action; `action.yml` describes them. */
export const inputs = z.object({
  plan: given,
  "plan-digest": z.string().optional(),
  image: given,
  extensions: z.string().default("extensions"),
  output: z.string().default("image"),
});

export const outputs = { image: "", record: "", sha256: "" };
