import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import type { JobState } from "./job-state.ts";

/** The files into which a step writes its results, by the variables that name them. */
const fileNames = [
  "GITHUB_OUTPUT",
  "GITHUB_ENV",
  "GITHUB_PATH",
  "GITHUB_STATE",
  "GITHUB_STEP_SUMMARY",
] as const;

/** How a step's program ended. */
export interface Ended {
  succeeded: boolean;
  outputs: Record<string, string>;
}

/** Runs a step's program as the runner does, with the runner's files, and logs its output. */
export async function runProcess(
  job: JobState,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const folder = await mkdtemp(join(job.temp, "step-"));
  const files = Object.fromEntries(fileNames.map((name) => [name, join(folder, name)]));
  await Promise.all(Object.values(files).map((path) => writeFile(path, "")));

  const child = execa(program, [...args], {
    cwd: job.workspace,
    env: { ...job.env, ...env, ...files },
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    all: true,
  });
  for await (const line of child.iterable({ from: "all" })) job.log.write(line);
  const { exitCode } = await child;

  const read = (name: (typeof fileNames)[number]) => readFile(join(folder, name), "utf8");
  const summary = await read("GITHUB_STEP_SUMMARY");
  if (summary !== "") job.summaries.push(summary);
  Object.assign(job.env, parseFileCommands(await read("GITHUB_ENV")));
  return { succeeded: exitCode === 0, outputs: parseFileCommands(await read("GITHUB_OUTPUT")) };
}

/**
 * Reads what a step wrote into one of the runner's files, such as `GITHUB_OUTPUT`: `name=value` lines, and
 * values of several lines between two lines with a delimiter. The last value of a name counts.
 */
export function parseFileCommands(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  while (lines.length > 0) {
    const line = lines.shift() ?? "";
    if (line === "") continue;
    const block = /^(?<name>[^=]+?)<<(?<delimiter>.+)$/.exec(line)?.groups;
    if (block) {
      const end = lines.indexOf(block["delimiter"] ?? "");
      if (end < 0) throw new Error(`no end delimiter for the value of ${block["name"]}`);
      values[block["name"] ?? ""] = lines
        .splice(0, end + 1)
        .slice(0, -1)
        .join("\n");
      continue;
    }
    const at = line.indexOf("=");
    if (at < 0) throw new Error(`not a command: ${line}`);
    values[line.slice(0, at)] = line.slice(at + 1);
  }
  return values;
}
