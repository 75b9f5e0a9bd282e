import { KilnError } from "@sysext-kiln/error";
import type { Architecture, Definition } from "@sysext-kiln/extension";
import type { Input } from "../plan.ts";
import type { DebianArchive } from "./archive.ts";
import { newest } from "./debian-version.ts";
import { binaryInputs, sourceInputs } from "./inputs.ts";

/** What a Dockerfile links in: libraries in their newest version, so that security fixes arrive as new inputs. */
export async function compileInputs(
  archive: DebianArchive,
  { compile }: Definition,
  architecture: Architecture,
): Promise<Input[]> {
  if (!compile) return [];
  const { suites, sources, packages } = compile;
  const inputs = await Promise.all([
    ...sources.map(async (name) => sourceInputs(await required(name, suites, archive.sources(suites, name)))),
    ...packages.map(async (name) =>
      binaryInputs(await required(name, suites, archive.binaries(suites, name, architecture))),
    ),
  ]);
  return inputs.flat();
}

/** The packages that stand in for the host when a dynamic program is tried. */
export async function hostLibraries(
  archive: DebianArchive,
  { hostLibraries: wanted }: Definition,
  architecture: Architecture,
): Promise<Input[]> {
  if (!wanted) return [];
  const suites = [wanted.suite];
  const inputs = await Promise.all(
    wanted.packages.map(async (name) =>
      binaryInputs(await required(name, suites, archive.binaries(suites, name, architecture))),
    ),
  );
  return inputs.flat();
}

async function required<T extends { version: string }>(
  name: string,
  suites: readonly string[],
  found: Promise<readonly T[]>,
): Promise<T> {
  const best = await newest(await found);
  if (best) return best;
  throw new KilnError("archive-invalid", {
    expected: `package ${name} in ${suites.join(", ")}`,
    found: "no version of it",
    next: "check the package's name in extension.yaml, or use a mirror that has it",
  });
}
