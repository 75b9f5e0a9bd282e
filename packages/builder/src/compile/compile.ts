import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { spellings, type Extension } from "@sysext-kiln/extension";
import { ensureBaseImage, withEngine, type Say } from "@sysext-kiln/machine";
import type { BuildOrder } from "@sysext-kiln/version-watcher";
import type { BuildRecord } from "../build-record.ts";
import type { FetchedInput } from "../inputs.ts";
import { aptSecrets } from "./apt-secrets.ts";
import { layOutContext } from "./context.ts";
import { dockerBuild } from "./docker-build.ts";
import { parsePackages } from "./packages.ts";

interface CompileOptions {
  say: Say;
  uncached: boolean;
}

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
  { say, uncached }: CompileOptions,
): Promise<Compiled> {
  const { compile: recipe } = extension.definition;
  if (!recipe) throw new Error(`${order.extension} compiles nothing`);
  const context = join(work, "context");
  const output = join(work, "compiled");
  await mkdir(output);
  await layOutContext(extension, inputs, context);
  const secrets = await aptSecrets(recipe.suites, work);
  const tools = await withEngine(say, async (engine) => {
    await ensureBaseImage(engine, recipe.image, say);
    say("compiling");
    await dockerBuild(engine, {
      context,
      output,
      platform: spellings[order.architecture].platform,
      args: { BASE_IMAGE: recipe.image, VERSION: order.version.upstream },
      secrets,
      uncached,
      onLine: (line) => {
        const step = stepOf(line);
        if (step !== undefined) say(`compiling ${step}`);
      },
    });
    return { docker: engine.versions.server, buildx: engine.versions.buildx };
  });
  const packages = parsePackages(await readFile(join(output, "packages.txt"), "utf8"));
  return { tree: join(output, "tree"), packages, tools };
}

/** The step that a line of the engine's progress belongs to, `[openssl 3/3] RUN sh /build/openssl.sh`. */
function stepOf(line: string): string | undefined {
  return /^#\d+ (\[.*)$/.exec(line)?.[1]?.slice(0, 70);
}
