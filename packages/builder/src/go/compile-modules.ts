import { mkdir, rename, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import type { Architecture, ModuleInput } from "@sysext-kiln/extension";
import { runGo, type Say } from "@sysext-kiln/machine";
import type { BuildRecord } from "../build-record.ts";
import type { FetchedInput } from "../inputs.ts";
import { buildInSandbox, readBuildInfo, targetEnvironment, type GoBuild } from "./build-in-sandbox.ts";
import { modulesOf } from "./build-info.ts";
import { fetchToolchain } from "./fetch.ts";
import { requireSameRequirements, requireVerifiedSums, writeMainModule } from "./main-module.ts";

type FetchedModule = ModuleInput & { path: string };

/** What was compiled from Go modules. */
export interface CompiledModules {
  /** A folder with the programs, laid out as in the image. */
  tree: string;
  /** Every module that is in a program, once. */
  modules: NonNullable<BuildRecord["modules"]>;
  tools: BuildRecord["tools"];
}

/** The Go modules among fetched inputs. */
export function modulesAmong(inputs: readonly FetchedInput[]): FetchedModule[] {
  return inputs.flatMap((input) => ("module" in input ? [input] : []));
}

/**
 * Compiles the programs of Go modules: static, and without emulation for any architecture. All modules that
 * they need are fetched and verified first.
 * @param work a temporary folder
 */
export async function compileModules(
  modules: readonly FetchedModule[],
  architecture: Architecture,
  work: string,
  say: Say,
): Promise<CompiledModules> {
  const [tree, cache] = [join(work, "go-tree"), join(work, "go-cache")];
  await mkdir(tree);
  await mkdir(cache);
  const used = new Map<string, NonNullable<BuildRecord["modules"]>[number]>();
  const tools: Record<string, string> = {};
  for (const [index, input] of modules.entries()) {
    if (Object.keys(input.programs).length === 0) continue;
    const build = await prepare(input, architecture, { folder: join(work, `go-${index}`), cache }, say);
    tools[input.toolchain] = build.toolchainSum;
    await buildInSandbox(build, say);
    for (const [number, [place, path]] of Object.entries(input.programs).entries()) {
      const found = modulesOf(await readBuildInfo(build, number), input, path, architecture);
      for (const one of found) used.set(`${one.module} ${one.version} ${one.sum}`, one);
      await mkdir(dirname(join(tree, place)), { recursive: true });
      await rename(join(build.output, String(number)), join(tree, place));
      await utimes(join(tree, place), input.epoch, input.epoch);
    }
  }
  const sorted = [...used].toSorted(([one], [other]) => (one < other ? -1 : 1));
  return { tree, modules: sorted.map(([, module]) => module), tools };
}

/** Fetches the toolchain and everything that the programs of a module import, for one architecture. */
async function prepare(
  input: FetchedModule,
  architecture: Architecture,
  { folder, cache }: { folder: string; cache: string },
  say: Say,
): Promise<GoBuild & { toolchainSum: string }> {
  const toolchain = await fetchToolchain(input, say);
  const [main, output] = [join(folder, "main"), join(folder, "output")];
  await mkdir(main, { recursive: true });
  await mkdir(output);
  await writeMainModule(input, input.path, { go: toolchain.go, say, folder: main });
  say(`fetching the modules that ${input.module} needs`);
  const tags = input.tags.length > 0 ? [`-tags=${input.tags.join(",")}`] : [];
  const paths = Object.values(input.programs);
  const command = ["list", "-mod=mod", "-deps", ...tags, "-f", "{{.Name}} {{.ImportPath}}", ...paths];
  const { stdout } = await runGo(command, {
    say,
    program: toolchain.go,
    cwd: main,
    env: { ...targetEnvironment(architecture), GOCACHE: join(folder, "list-cache") },
  });
  const other = paths.find((path) => !stdout.split("\n").includes(`main ${path}`));
  if (other !== undefined) {
    throw new KilnError("build-failed", {
      expected: `${other} of ${input.module} ${input.version} to be a program`,
      found: "a package that is not named main",
      next: 'correct "programs" of the upstream go in extension.yaml',
    });
  }
  await requireSameRequirements(input, { go: toolchain.go, say, folder: main });
  await requireVerifiedSums(input, input.path, main);
  return {
    input,
    architecture,
    toolchain: toolchain.folder,
    toolchainSum: toolchain.sum,
    main,
    cache,
    output,
  };
}
