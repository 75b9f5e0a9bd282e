import { cp } from "node:fs/promises";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import type { ThirdPartyAction } from "./index.ts";

const inputsSchema = z.strictObject({
  path: z.string().regex(/^[^\n*]+$/, "one path"),
  key: z.string().max(512),
  "restore-keys": z.string().optional(),
});

/** Brings a folder from the newest entry whose key fits, and keeps it under its own key when the job has succeeded. */
export const cache: ThirdPartyAction = async (inputs, job) => {
  const { path, key, "restore-keys": prefixes = "" } = inputsSchema.parse(inputs);
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
