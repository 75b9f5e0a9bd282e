import type { JobState } from "../job-state.ts";
import { attest } from "./attest.ts";
import { cache } from "./cache.ts";
import { checkout } from "./checkout.ts";
import { downloadArtifact } from "./download-artifact.ts";
import { uploadArtifact } from "./upload-artifact.ts";

/** What an action of somebody else does to a job; gives its outputs. */
export type ThirdPartyAction = (
  inputs: Readonly<Record<string, string>>,
  job: JobState,
) => Promise<Record<string, string>>;

/** Stand-ins for the actions that the workflows use: what they do, on this machine. */
export const thirdPartyActions: Readonly<Record<string, ThirdPartyAction>> = {
  "actions/attest": attest,
  "actions/cache": cache,
  "actions/checkout": checkout,
  "actions/download-artifact": downloadArtifact,
  "actions/upload-artifact": uploadArtifact,
};
