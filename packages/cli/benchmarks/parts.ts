import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOrder, readPlan, releaseTag } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { startGitHub, type Repository } from "@sysext-kiln/testbed";
import { formatReleaseRecord, releaseRecordOf } from "@sysext-kiln/release-store";
import { defineExtension } from "./define.ts";
import type { Row } from "./measure.ts";

const action = fileURLToPath(new URL("../../version-watcher/dist/index.js", import.meta.url));

/** The maximum number of jobs in a matrix on GitHub. */
const largestMatrix = 256;
/** The number of images; each extension has two. */
const planned = 1000;

/** Watches 500 new extensions with the action and publishes what each run plans, until nothing is missing. */
export async function planRows(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-bench-parts-"));
  const github = await startGitHub();
  try {
    for (let index = 0; index < planned / 2; index += 1) {
      await defineExtension(folder, `bench${index}`);
      github.repository(`acme/bench${index}`).tag("v1.0.0");
    }
    const repository = github.repository("acme/kiln");
    const sizes: number[] = [];
    for (let number = 1; number === 1 || (sizes.at(-1) ?? 0) > 0; number += 1) {
      for (const name of ["output", "summary"]) await writeFile(join(folder, name), "");
      const env = {
        ...github.environment,
        KILN_CACHE_DIR: join(folder, "cache"),
        GITHUB_REPOSITORY: "acme/kiln",
        GITHUB_RUN_ID: String(number),
        GITHUB_RUN_NUMBER: String(number),
        GITHUB_OUTPUT: join(folder, "output"),
        GITHUB_STEP_SUMMARY: join(folder, "summary"),
      };
      await run(process.execPath, [action], { cwd: folder, env });
      sizes.push(await matrixSize(join(folder, "output")));
      publish(repository, (await readPlan(join(folder, "plan.json"))).builds);
    }
    const built = sizes.reduce((sum, size) => sum + size, 0);
    return [
      {
        what: `largest matrix of a plan of ${planned} images / of GitHub's`,
        ratio: Math.max(...sizes) / largestMatrix,
        limit: 1,
      },
      { what: "images that its runs built / that it planned", ratio: built / planned, limit: 1 },
      {
        what: "runs that built something / minimum of runs",
        ratio: (sizes.length - 1) / Math.ceil(planned / largestMatrix),
        limit: 1,
      },
    ];
  } finally {
    await github[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}

/** The number of jobs in the matrix that the action has set as its output; 0 without a matrix. */
async function matrixSize(output: string): Promise<number> {
  const text = await readFile(output, "utf8");
  return text.split('{"image"').length - 1;
}

/** Publishes the versions of orders, but only what a watch reads of them. */
function publish(repository: Repository, builds: readonly BuildOrder[]): void {
  for (const orders of Map.groupBy(builds, ({ extension }) => extension).values()) {
    const [first] = orders;
    if (!first) continue;
    const tag = releaseTag({ name: first.extension }, first.version);
    repository.release(tag, { body: formatReleaseRecord(releaseRecordOf(orders)) });
  }
}
