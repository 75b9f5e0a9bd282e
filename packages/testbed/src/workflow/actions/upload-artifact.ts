import { cp, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { z } from "zod";
import type { ThirdPartyAction } from "./index.ts";

const inputsSchema = z.strictObject({
  // As the artifact service has it: names become folders on somebody's machine.
  name: z.string().regex(/^[^":<>|*?\r\n\\/]+$/, "a name without characters that file systems refuse"),
  path: z.string().regex(/^[^\n*]+$/, "one path"),
  "if-no-files-found": z.enum(["warn", "error", "ignore"]).default("warn"),
  "retention-days": z.string().optional(),
  "compression-level": z.string().optional(),
  overwrite: z.enum(["true", "false"]).default("false"),
});

/** Keeps a file, or what is in a folder, for the jobs that follow. */
export const uploadArtifact: ThirdPartyAction = async (inputs, { store, workspace }) => {
  const { name, path, overwrite, "if-no-files-found": missing } = inputsSchema.parse(inputs);
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
