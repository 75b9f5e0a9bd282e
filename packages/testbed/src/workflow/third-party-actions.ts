import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { digestOf } from "@sysext-kiln/machine";
import { z } from "zod";
import { downloadArtifact, uploadArtifact } from "./artifact-actions.ts";
import { type JobState, requirePermission } from "./job-state.ts";

/** What a third-party action does to a job; returns its outputs. */
export type ThirdPartyAction = (
  inputs: Readonly<Record<string, string>>,
  job: JobState,
) => Promise<Record<string, string>>;

const checkoutInputs = z.strictObject({ "persist-credentials": z.literal("false") });

/** Checks the repository out into the workspace. */
export const checkout: ThirdPartyAction = async (inputs, job) => {
  checkoutInputs.parse(inputs);
  requirePermission(job, "contents", "read");
  await job.store.checkOut(job.workspace);
  return {};
};

const attestInputs = z.strictObject({ "subject-path": z.string() });

/** Records the digests of the files that the job attests. */
export const attest: ThirdPartyAction = async (inputs, job) => {
  const { "subject-path": pattern } = attestInputs.parse(inputs);
  requirePermission(job, "id-token", "write");
  requirePermission(job, "attestations", "write");
  const subjects = globSync(pattern, { cwd: job.workspace });
  if (subjects.length === 0) throw new Error(`Could not find subject at path ${pattern}`);
  for (const subject of subjects)
    job.store.attestations.set(basename(subject), await digestOf(join(job.workspace, subject)));
  return {};
};

/** Implementations of the third-party actions that the workflows use, for this machine. */
export const thirdPartyActions: Readonly<Record<string, ThirdPartyAction>> = {
  "actions/attest": attest,
  "actions/checkout": checkout,
  "actions/download-artifact": downloadArtifact,
  "actions/upload-artifact": uploadArtifact,
};
