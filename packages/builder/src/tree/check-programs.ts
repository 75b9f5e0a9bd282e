import { join } from "node:path";
import { spellings, type Architecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import type { Entry } from "./entries.ts";

/** What is wrong with the tree's ELF files: of another architecture, or dynamic where they have to be static. */
export async function checkPrograms(
  tree: string,
  entries: readonly Entry[],
  architecture: Architecture,
  mustBeStatic: boolean,
): Promise<string[]> {
  const files = entries.filter(({ type }) => type === "file").map(({ path }) => path);
  if (files.length === 0) return [];
  const stdout = await run("file", ["--brief", "--", ...files.map((path) => join(tree, path))]);
  const kinds = stdout.split("\n");
  return files.flatMap((path, index) => {
    const kind = kinds[index] ?? "";
    if (!kind.startsWith("ELF ")) return [];
    const isOfArchitecture = kind.split(", ").includes(spellings[architecture].elf);
    const isStatic = /\bstatically linked|static-pie linked/.test(kind);
    return [
      ...(isOfArchitecture ? [] : [`${path}: not of ${architecture} but ${kind}`]),
      ...(mustBeStatic && !isStatic ? [`${path}: not static but ${kind}`] : []),
    ];
  });
}
