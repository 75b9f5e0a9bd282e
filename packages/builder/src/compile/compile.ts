import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOrder, type Extension, spellings } from "@sysext-kiln/extension";
import type { BuildRecord } from "../build-record.ts";
import type { FetchedInput } from "../inputs.ts";
import { layOutContext } from "./context.ts";
import { parsePackages } from "./packages.ts";
import { runDockerfile, type CompileOptions } from "./run-dockerfile.ts";

interface Compiled {
  /** A tree with what was compiled, as it goes into the image. */
  tree: string;
  packages: BuildRecord["packages"];
  /** What compiled, with versions. */
  tools: BuildRecord["tools"];
}

/** Runs an extension's Dockerfile; the compiler runs on this machine's architecture, whichever the image is for. */
export async function compile(
  extension: Extension,
  order: BuildOrder,
  inputs: readonly FetchedInput[],
  work: string,
  options: CompileOptions,
): Promise<Compiled> {
  const { compile: recipe } = extension.definition;
  if (!recipe) throw new Error(`${order.extension} compiles nothing`);
  const context = join(work, "context");
  const output = join(work, "compiled");
  await mkdir(output);
  await layOutContext(extension, inputs, context);
  const tools = await runDockerfile(
    {
      context,
      output,
      image: recipe.image,
      suites: recipe.suites,
      platform: spellings[order.architecture].platform,
      args: { VERSION: order.version.upstream },
    },
    work,
    options,
  );
  const packages = parsePackages(await readFile(join(output, "packages.txt"), "utf8"));
  return { tree: join(output, "tree"), packages, tools };
}
