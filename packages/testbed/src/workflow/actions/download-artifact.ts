import { cp } from "node:fs/promises";
import { join, matchesGlob, resolve } from "node:path";
import { z } from "zod";
import type { ThirdPartyAction } from "./index.ts";

const inputsSchema = z.strictObject({
  name: z.string().optional(),
  pattern: z.string().optional(),
  path: z.string(),
});

/** Brings one artifact of this run, or each of those that match into a folder of its own. */
export const downloadArtifact: ThirdPartyAction = async (inputs, { store, workspace }) => {
  const { name, pattern = "*", path } = inputsSchema.parse(inputs);
  const target = resolve(workspace, path);
  if (name !== undefined) {
    const folder = store.artifacts.get(name);
    if (folder === undefined) throw new Error(`Artifact not found for name: ${name}`);
    await cp(folder, target, { recursive: true });
    return { "download-path": target };
  }
  for (const [one, folder] of store.artifacts) {
    if (matchesGlob(one, pattern)) await cp(folder, join(target, one), { recursive: true });
  }
  return { "download-path": target };
};
