import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { parseFileCommands } from "./file-commands.ts";
import type { JobState } from "./job-state.ts";

/** The files that a step writes its results into, by the variable that names them. */
const fileNames = [
  "GITHUB_OUTPUT",
  "GITHUB_ENV",
  "GITHUB_PATH",
  "GITHUB_STATE",
  "GITHUB_STEP_SUMMARY",
] as const;

/** How a program of a step ended. */
export interface Ended {
  succeeded: boolean;
  outputs: Record<string, string>;
}

/** Runs a step's program as the runner does: with the runner's files, its output as lines of the job's log. */
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
