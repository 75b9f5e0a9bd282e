import { constants } from "node:fs";
import { copyFile, cp, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { type BuildOrder, type Extension, spellings } from "@sysext-kiln/extension";
import { readRegularFile } from "@sysext-kiln/machine";
import { buildRecordSchema, type BuildRecord } from "../build-record.ts";
import type { FetchedInput } from "../inputs.ts";
import { runDockerfile, type CompileOptions } from "./run-dockerfile.ts";

interface Compiled {
  /** The folder with what was compiled, laid out as in the image. */
  tree: string;
  packages: BuildRecord["packages"];
  /** The programs that ran the build, with their versions. */
  tools: BuildRecord["tools"];
}

/** The largest list of packages that is read, in bytes. */
const largestList = 10_000_000;

/** Runs an extension's Dockerfile. The compiler is always for this machine's architecture. */
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
  const list = await readRegularFile(join(output, "packages.txt"), largestList);
  return { tree: join(output, "tree"), packages: parsePackages(list.toString()), tools };
}

/** Lays out a Dockerfile's context: the recipe, and in `inputs/` every file by its name without version. */
async function layOutContext(
  { folder }: Extension,
  inputs: readonly FetchedInput[],
  context: string,
): Promise<void> {
  await mkdir(join(context, "inputs"), { recursive: true });
  await copyFile(join(folder, "Dockerfile"), join(context, "Dockerfile"));
  await cp(join(folder, "build"), join(context, "build"), { recursive: true, preserveTimestamps: true });
  for (const { name, path } of inputs.filter((input) => !("module" in input))) {
    await copyFile(path, join(context, "inputs", name), constants.COPYFILE_FICLONE);
  }
}

/**
 * Parses the list of the build container's packages: a name, a version and an architecture on each line.
 * @throws KilnError `build-failed`
 */
export function parsePackages(text: string): BuildRecord["packages"] {
  const rows = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [name, version, architecture] = line.split("\t");
      return { name, version, architecture };
    });
  const parsed = buildRecordSchema.shape.packages.safeParse(rows);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new KilnError("build-failed", {
    expected: "each line of packages.txt to be a package's name, version and architecture, separated by tabs",
    found: `line ${Number(issue?.path[0]) + 1}: ${JSON.stringify(rows[Number(issue?.path[0])])}`,
    next: "correct the Dockerfile, whose last stage writes that file",
  });
}
