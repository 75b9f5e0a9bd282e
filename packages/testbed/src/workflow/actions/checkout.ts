import { z } from "zod";
import { requirePermission } from "../permissions.ts";
import type { ThirdPartyAction } from "./index.ts";

const inputsSchema = z.strictObject({ "persist-credentials": z.literal("false") });

/** Puts the repository's files into the workspace. */
export const checkout: ThirdPartyAction = async (inputs, job) => {
  inputsSchema.parse(inputs);
  requirePermission(job, "contents", "read");
  await job.store.checkOut(job.workspace);
  return {};
};
