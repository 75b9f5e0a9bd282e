import { cp } from "node:fs/promises";
import { join, matchesGlob, resolve } from "node:path";
import { z } from "zod";
import type { ThirdPartyAction } from "./index.ts";

const inputsSchema = z.strictObject({
  name: z.string().optional(),
  pattern: z.string().optional(),
  path: z.string(),
  "merge-multiple": z.enum(["true", "false"]).default("false"),
});

/**
 * Brings one artifact of this run, or those that match: each into a folder of its own, or all into the path itself, which
 * is also where one goes that alone matches (since version 5).
 */
export const downloadArtifact: ThirdPartyAction = async (inputs, { store, workspace }) => {
  const { name, pattern = "*", path, "merge-multiple": merge } = inputsSchema.parse(inputs);
  const target = resolve(workspace, path);
  if (name !== undefined) {
    const folder = store.artifacts.get(name);
    if (folder === undefined) throw new Error(`Artifact not found for name: ${name}`);
    await cp(folder, target, { recursive: true });
    return { "download-path": target };
  }
  const matching = [...store.artifacts].filter(([one]) => matchesGlob(one, pattern));
  const isFlat = merge === "true" || matching.length === 1;
  for (const [one, folder] of matching)
    await cp(folder, isFlat ? target : join(target, one), { recursive: true });
  return { "download-path": target };
};
