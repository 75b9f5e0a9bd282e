import type { Context } from "@sysext-kiln/action";
import type { Image } from "@sysext-kiln/builder";
import { type Extension, imageName, type Plan, readPlan } from "@sysext-kiln/extension";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import type { z } from "zod";
import { acceptImages } from "../accept-images.ts";
import type { VersionOfRun } from "../request-budget.ts";
import type { inputs } from "./context.ts";
import { plannedVersions, publishedOf } from "./planned.ts";

/** What a run has built. */
export interface BuiltImages {
  /** The accepted images of versions that are not published yet. */
  images: readonly Image[];
  /** The versions that the whole run builds. */
  run: readonly VersionOfRun[];
  /** Those of them that are to be published now: all, or only those of one extension. */
  versions: readonly VersionOfRun[];
  /** Those of `versions` that are published already. */
  published: readonly VersionOfRun[];
}

/** Reads the plan, and accepts the images of the build jobs. What is refused fails the action when it is done. */
export async function readImages(
  given: z.infer<typeof inputs>,
  extensions: readonly Extension[],
  store: Pick<ReleaseStore, "find" | "list">,
  { phase, say, fail }: Pick<Context<typeof inputs, never>, "phase" | "say" | "fail">,
): Promise<BuiltImages> {
  const plan = given.plan === undefined ? { builds: [] } : await readPlan(given.plan, given["plan-digest"]);
  const definitions = extensions.map(({ definition }) => definition);
  const run = plannedVersions(plan, definitions);
  const versions = plannedVersions(plan, definitions, given.extension);
  if (given.images === undefined) return { images: [], run, versions, published: [] };
  phase("Checking the images");
  const published = await publishedOf(store, versions);
  const isPublished = (name: string) => published.some(({ images }) => images.includes(name));
  const wanted = versions.flatMap((version) => version.images).filter((name) => !isPublished(name));
  const { images, unplanned, errors } = await acceptImages(
    given.images,
    extensions,
    onlyOf(plan, extensions, wanted),
  );
  for (const name of unplanned)
    say(isPublished(name) ? `${name} is already published` : `ignored ${name}, which is not in the plan`);
  for (const error of errors) fail(error);
  say(`accepted: ${images.map(({ record }) => record.image.name).join(", ") || "nothing"}`);
  return { images, run, versions, published };
}

/** The part of a plan that makes the images with the given names. */
function onlyOf({ builds }: Plan, extensions: readonly Extension[], names: readonly string[]): Plan {
  return {
    builds: builds.filter(({ extension: name, version, architecture }) => {
      const extension = extensions.find(({ definition }) => definition.name === name);
      return extension && names.includes(imageName(extension.definition, version, architecture));
    }),
  };
}
