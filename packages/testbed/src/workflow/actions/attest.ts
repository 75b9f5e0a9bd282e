import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { z } from "zod";
import { digestOf } from "@sysext-kiln/machine";
import { requirePermission } from "../permissions.ts";
import type { ThirdPartyAction } from "./index.ts";

const inputsSchema = z.strictObject({ "subject-path": z.string() });

/** Notes which files, by digest, the job says to have made. */
export const attest: ThirdPartyAction = async (inputs, job) => {
  const { "subject-path": pattern } = inputsSchema.parse(inputs);
  requirePermission(job, "id-token", "write");
  requirePermission(job, "attestations", "write");
  const subjects = globSync(pattern, { cwd: job.workspace });
  if (subjects.length === 0) throw new Error(`Could not find subject at path ${pattern}`);
  for (const subject of subjects)
    job.store.attestations.set(basename(subject), await digestOf(join(job.workspace, subject)));
  return {};
};
