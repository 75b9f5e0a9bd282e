import { formatImageVersion, type ImageVersion } from "@sysext-kiln/extension";
import type { Say } from "@sysext-kiln/machine";
import { isNewer } from "@sysext-kiln/version-watcher";
import { inputLabels } from "./image-config.ts";
import { containerRecipeDigest, newestCompiler } from "./inputs.ts";
import type { Registry } from "./registry.ts";

/**
 * Why a registry's container of a version is missing or out of date; undefined if it is current. A mirror
 * that has gone back to an older compiler does not make it out of date.
 * @param recipe the path of `deploy/container`
 */
export async function whyBehind(
  registry: Pick<Registry, "annotationsOf">,
  version: ImageVersion,
  recipe: string,
  say: Say,
): Promise<string | undefined> {
  const tag = formatImageVersion(version);
  const present = await registry.annotationsOf(tag);
  if (present === undefined) return `there is no container ${tag}`;
  if (present[inputLabels.recipe] !== (await containerRecipeDigest(recipe))) return "its recipe has changed";
  const [compiler, used] = [await newestCompiler(say), present[inputLabels.compiler] ?? ""];
  return used === "" || (await isNewer(compiler, used)) ? `Go has been updated to ${compiler}` : undefined;
}
