import { listInput } from "@sysext-kiln/action";
import { choosableUpstreams } from "@sysext-kiln/extension";
import { z } from "zod";

/** The inputs of the action; `action.yml` describes them. */
export const inputs = z.object({
  extension: listInput(),
  version: z.string().optional(),
  upstream: z.enum(choosableUpstreams, { error: `one of ${choosableUpstreams.join(", ")}` }).optional(),
  extensions: z.string().default("extensions"),
  limit: z
    .stringFormat("limit", /^[1-9]\d{0,2}$/, { error: "a number from 1 to 999" })
    .default("256")
    .transform(Number),
  output: z.string().default("plan.json"),
  token: z.string().optional(),
});

export const outputs = { plan: "", "plan-digest": "", matrix: "", waiting: "0", failed: "", unlisted: "" };
