import { existsSync, globSync } from "node:fs";
import { cp } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { digestOf } from "@sysext-kiln/machine";
import { z } from "zod";
import { downloadArtifact, uploadArtifact } from "./artifact-actions.ts";
import { type JobState, requirePermission } from "./job-state.ts";

/** What a third-party action does to a job; gives its outputs. */
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

const cacheInputs = z.strictObject({
  path: z.string().regex(/^[^\n*]+$/, "one path"),
  key: z.string().max(512),
  "restore-keys": z.string().optional(),
});

/**
 * Restores a folder from the newest entry whose key matches, and saves it under its own key if the job
 * succeeds.
 */
export const cache: ThirdPartyAction = async (inputs, job) => {
  const { path, key, "restore-keys": prefixes = "" } = cacheInputs.parse(inputs);
  const { env, store, workspace } = job;
  const folder = resolve(workspace, path.replace(/^~(?=\/)/, env["HOME"] ?? "~"));
  const keys = [...store.cache.keys()].toReversed();
  const wanted = [key, ...prefixes.split("\n").filter((prefix) => prefix.trim() !== "")];
  const hit = store.cache.has(key)
    ? key
    : wanted.flatMap((prefix) => keys.find((one) => one.startsWith(prefix.trim())) ?? [])[0];
  const kept = hit === undefined ? undefined : store.cache.get(hit);
  if (kept !== undefined) await cp(kept, folder, { recursive: true });
  job.afterwards.push(async () => {
    if (job.status !== "success" || store.cache.has(key) || !existsSync(folder)) return;
    const copy = await store.newFolder();
    await cp(folder, copy, { recursive: true });
    store.cache.set(key, copy);
  });
  return { "cache-hit": String(hit === key) };
};

/** Stand-ins for the third-party actions that the workflows use: what they do, on this machine. */
export const thirdPartyActions: Readonly<Record<string, ThirdPartyAction>> = {
  "actions/attest": attest,
  "actions/cache": cache,
  "actions/checkout": checkout,
  "actions/download-artifact": downloadArtifact,
  "actions/upload-artifact": uploadArtifact,
};
