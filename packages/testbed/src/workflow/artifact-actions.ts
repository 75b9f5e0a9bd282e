import { cp, stat } from "node:fs/promises";
import { basename, join, matchesGlob, resolve } from "node:path";
import { z } from "zod";
import type { ThirdPartyAction } from "./third-party-actions.ts";

const uploadInputs = z.strictObject({
  // The artifact service's own rule: names become folders on other machines.
  name: z.string().regex(/^[^":<>|*?\r\n\\/]+$/, "a name without characters that file systems refuse"),
  path: z.string().regex(/^[^\n*]+$/, "one path"),
  "if-no-files-found": z.enum(["warn", "error", "ignore"]).default("warn"),
  "retention-days": z.string().optional(),
  "compression-level": z.string().optional(),
  overwrite: z.enum(["true", "false"]).default("false"),
});

/** Stores a file, or the contents of a folder, for later jobs. */
export const uploadArtifact: ThirdPartyAction = async (inputs, { store, workspace }) => {
  const { name, path, overwrite, "if-no-files-found": missing } = uploadInputs.parse(inputs);
  const from = resolve(workspace, path);
  const stats = await stat(from).catch(() => undefined);
  if (!stats) {
    if (missing === "error") throw new Error(`No files were found with the provided path: ${path}`);
    return {};
  }
  if (store.artifacts.has(name) && overwrite === "false")
    throw new Error(`Conflict: an artifact with the name ${name} already exists`);
  const folder = await store.newFolder();
  await cp(from, stats.isDirectory() ? folder : join(folder, basename(from)), { recursive: true });
  store.artifacts.set(name, folder);
  return {};
};

const downloadInputs = z.strictObject({
  name: z.string().optional(),
  pattern: z.string().optional(),
  path: z.string(),
  "merge-multiple": z.enum(["true", "false"]).default("false"),
});

/**
 * Downloads one artifact of this run, or those that match a pattern, each into its own folder, or all into
 * the path itself. A single match is also downloaded into the path itself (since version 5).
 */
export const downloadArtifact: ThirdPartyAction = async (inputs, { store, workspace }) => {
  const { name, pattern = "*", path, "merge-multiple": merge } = downloadInputs.parse(inputs);
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
