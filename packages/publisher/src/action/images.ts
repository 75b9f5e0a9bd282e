import type { Context } from "@sysext-kiln/action";
import type { Image } from "@sysext-kiln/builder";
import { readPlan, type Extension, type Plan } from "@sysext-kiln/extension";
import type { z } from "zod";
import { acceptImages } from "../accept-images.ts";
import type { inputs } from "./context.ts";

/** Reads the plan, and accepts the images of the build jobs. What is refused fails the action when it is done. */
export async function readImages(
  given: z.infer<typeof inputs>,
  extensions: readonly Extension[],
  { phase, say, fail }: Pick<Context<typeof inputs, never>, "phase" | "say" | "fail">,
): Promise<{ images: readonly Image[]; plan: Plan }> {
  const plan = given.plan === undefined ? { builds: [] } : await readPlan(given.plan, given["plan-digest"]);
  if (given.images === undefined) return { images: [], plan };
  phase("Checking the images");
  const { images, unplanned, errors } = await acceptImages(given.images, extensions, plan);
  for (const name of unplanned) say(`ignored ${name}, which is not in the plan`);
  for (const error of errors) fail(error);
  say(`accepted: ${images.map(({ record }) => record.image.name).join(", ") || "nothing"}`);
  return { images, plan };
}
