import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tryRun } from "@sysext-kiln/machine";
import { applyMutant, type Mutant } from "./mutant.ts";

/**
 * The mutants that the type checker, or the shell, accepts. Each mutated TypeScript source is checked under a name
 * beside its own, so that one run of the type checker judges them all.
 * @param copy a copy of the repository, for the mutated sources
 */
export async function acceptedMutants(
  copy: string,
  mutants: readonly Mutant[],
  texts: ReadonlyMap<string, string>,
): Promise<Mutant[]> {
  const named = mutants.map((mutant, index) => ({
    mutant,
    path: mutant.file.replace(/(?:\.\w+)?$/, (suffix) => `.mutant${index}${suffix}`),
  }));
  const written = named.map(({ path }) => join(copy, path));
  try {
    for (const { mutant, path } of named)
      await writeFile(join(copy, path), applyMutant(mutant, texts.get(mutant.file) ?? ""));
    const rejected = await rejectedByTypeChecker(copy);
    for (const { path } of named)
      if (!path.endsWith(".ts") && !(await isShell(copy, path))) rejected.add(path);
    return named.filter(({ path }) => !rejected.has(path)).map(({ mutant }) => mutant);
  } finally {
    await Promise.all(written.map((path) => rm(path, { force: true })));
  }
}

/** The sources with errors. */
async function rejectedByTypeChecker(copy: string): Promise<Set<string>> {
  const program = join(copy, "node_modules/.bin/tsc");
  const { stdout } = await tryRun(program, ["--pretty", "false"], { cwd: copy });
  return new Set([...stdout.matchAll(/^([^\s(]+)\(\d+,\d+\): error /gm)].map(([, path = ""]) => path));
}

async function isShell(copy: string, path: string): Promise<boolean> {
  return (await tryRun("sh", ["-n", path], { cwd: copy })).status === 0;
}
