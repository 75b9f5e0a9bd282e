import { existsSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { z } from "zod";

const manifestSchema = z.object({ exports: z.record(z.string(), z.string()).default({}) });

/** What a source imports, starts or reads, other than types. */
const references = [
  /(?<=\bfrom |\bimport |\bimport\()"(\.[^"]+|@sysext-kiln\/[^"]+)"/g,
  /\bnew URL\(\s*"(\.[^"]+)",\s*import\.meta\.url/g,
];

/**
 * The tests that load a file, directly or through other files.
 * @param tests paths in the repository, like `file` and the result
 * @returns the tests with the fewest files between, and the others
 */
export function relatedTests(root: string, file: string, tests: readonly string[]): [string[], string[]] {
  const distances = tests.map((test) => ({ test, distance: distance(root, test, file) }));
  const shortest = Math.min(...distances.map((found) => found.distance));
  const at = (isWanted: (distance: number) => boolean) =>
    distances.filter((found) => isWanted(found.distance)).map(({ test }) => test);
  return [
    at((found) => found === shortest && found < Infinity),
    at((found) => found > shortest && found < Infinity),
  ];
}

function distance(root: string, test: string, file: string): number {
  const distances = new Map([[test, 0]]);
  for (const [path, steps] of distances) {
    if (path === file || file.startsWith(`${path}/`)) return steps;
    for (const next of referencesOf(root, path)) if (!distances.has(next)) distances.set(next, steps + 1);
  }
  return Infinity;
}

const known = new Map<string, string[]>();

function referencesOf(root: string, path: string): string[] {
  const before = known.get(path);
  if (before !== undefined) return before;
  const text =
    path.endsWith(".ts") && existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "";
  const code = text.replaceAll(/^import type [^;]+;/gm, "");
  const found = references
    .flatMap((reference) => [...code.matchAll(reference)])
    .map(([, name = ""]) =>
      name.startsWith(".") ? normalize(join(dirname(path), name)) : entryOf(root, name),
    )
    .map((target) => target.replace(/\/$/, ""))
    .filter((target) => target !== ".");
  known.set(path, found);
  return found;
}

/** The file of an entry point of a package, such as `@sysext-kiln/testbed/workflow`. */
function entryOf(root: string, name: string): string {
  const [, folder = "", entry = ""] = /^@sysext-kiln\/([^/]+)(\/.+)?$/.exec(name) ?? [];
  const text = readFileSync(join(root, "packages", folder, "package.json"), "utf8");
  const { exports } = manifestSchema.parse(JSON.parse(text));
  return normalize(join("packages", folder, exports[`.${entry}`] ?? "."));
}
