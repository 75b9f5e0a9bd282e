import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Entry } from "./entries.ts";

const unitFolder = "usr/lib/systemd/system/";

/** In bytes; real units have a few kilobytes. */
const largestUnit = 1_000_000;

/** The findings about the tree's units: missing programs that they start, missing units that they uphold. */
export async function checkUnits(
  tree: string,
  entries: readonly Entry[],
  hostPrograms: readonly string[],
): Promise<string[]> {
  const paths = new Set(entries.map(({ path }) => path));
  const units = entries.filter(({ path, type }) => type === "file" && path.startsWith(unitFolder));
  const findings = await Promise.all(
    units.map(async ({ path, size }) => {
      if (size > largestUnit) return [`${path}: ${size} bytes, more than any unit needs`];
      const settings = settingsOf(await readFile(join(tree, path), "utf8"));
      return [
        ...settings
          .filter(({ key }) => /^Exec[A-Z]/.test(key))
          .map(({ value }) => programOf(value))
          .filter((program) => program !== "" && !isPresent(program, paths, hostPrograms))
          .map((program) => `${path}: starts ${program}, which is neither in the image nor in hostPrograms`),
        ...settings
          .filter(({ key }) => key === "Upholds")
          .flatMap(({ value }) => value.split(/\s+/))
          .filter((unit) => unit !== "" && !paths.has(`${unitFolder}${unit}`))
          .map((unit) => `${path}: upholds ${unit}, which the image does not contain`),
      ];
    }),
  );
  return findings.flat();
}

/** The settings of a unit file, with continued lines joined (systemd.syntax(7)). */
function settingsOf(text: string): { key: string; value: string }[] {
  return text
    .replaceAll(/\\\n/g, " ")
    .split("\n")
    .flatMap((line) => {
      const [, key, value] = /^([A-Za-z]+)\s*=\s*(.*)$/.exec(line.trim()) ?? [];
      return key === undefined || value === undefined ? [] : [{ key, value }];
    });
}

/** The program in a command line, without the prefixes of systemd.service(5). */
function programOf(commandLine: string): string {
  return (commandLine.trim().split(/\s+/)[0] ?? "").replace(/^[@:+!|-]*/, "");
}

function isPresent(program: string, paths: ReadonlySet<string>, hostPrograms: readonly string[]): boolean {
  return program.startsWith("/") ? paths.has(program.slice(1)) : hostPrograms.includes(program);
}
