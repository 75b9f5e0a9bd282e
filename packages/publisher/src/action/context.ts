import { booleanInput } from "@sysext-kiln/action";
import { z } from "zod";

/** The inputs of the action; `action.yml` describes them. */
export const inputs = z.object({
  plan: z.string().optional(),
  "plan-digest": z.string().optional(),
  images: z.string().optional(),
  extension: z.string().optional(),
  "accept-into": z.string().optional(),
  extensions: z.string().default("extensions"),
  "dry-run": booleanInput,
  audit: booleanInput,
  token: z.string().optional(),
});

export const outputs = {
  accepted: "",
  attest: "false",
  changed: "false",
  published: "",
  failed: "",
  problems: "",
};
