import { constants } from "node:fs";
import { copyFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Extension } from "@sysext-kiln/extension";
import type { FetchedInput } from "../inputs.ts";

/** Lays out the folder that a Dockerfile sees: the recipe, and below `inputs/` every file by its name without version. */
export async function layOutContext(
  { folder }: Extension,
  inputs: readonly FetchedInput[],
  context: string,
): Promise<void> {
  await mkdir(join(context, "inputs"), { recursive: true });
  await copyFile(join(folder, "Dockerfile"), join(context, "Dockerfile"));
  await cp(join(folder, "build"), join(context, "build"), { recursive: true, preserveTimestamps: true });
  for (const { name, path } of inputs) {
    await copyFile(path, join(context, "inputs", name), constants.COPYFILE_FICLONE);
  }
}
