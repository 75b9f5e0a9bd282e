import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\/$/, "");

/** The folders, below the root, of the packages that are actions. */
export async function actionPackages(): Promise<string[]> {
  const packages = (await readdir(join(root, "packages"))).map((name) => `packages/${name}`);
  return packages.filter((folder) => existsSync(join(root, folder, "action.yml")));
}
