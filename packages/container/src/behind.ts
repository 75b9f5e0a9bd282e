import { formatImageVersion, type ImageVersion } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { isNewer } from "@sysext-kiln/version-watcher";
import { inputLabels } from "./image-config.ts";
import { newestCompiler, recipeDigest } from "./inputs.ts";
import type { Registry } from "./registry.ts";

/**
 * Why a registry lacks the container of a version, or has one that would be another one today; undefined where all is
 * well. A mirror that is older than it was makes no older container.
 * @param recipe the folder of `deploy/container`
 */
export async function whyBehind(
  registry: Pick<Registry, "annotationsOf">,
  version: ImageVersion,
  recipe: string,
  say: Say,
): Promise<string | undefined> {
  const tag = formatImageVersion(version);
  const there = await registry.annotationsOf(tag);
  if (there === undefined) return `no container ${tag} is there`;
  if (there[inputLabels.recipe] !== (await recipeDigest(recipe))) return "its recipe has changed";
  const [compiler, used] = [await newestCompiler(say), there[inputLabels.compiler] ?? ""];
  return used === "" || (await isNewer(compiler, used)) ? `Go has been updated to ${compiler}` : undefined;
}
