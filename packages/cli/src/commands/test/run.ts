import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { KilnError } from "@sysext-kiln/error";
import { execa } from "execa";
import { z } from "zod";
import { usualTiers } from "./index.ts";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

/** What must hold besides the tests: types, lint, format, what is generated, and the arrows between packages. */
const checks = ["typecheck", "lint", "format:check", "bundle:check", "readme:check", "boundaries"];

const testOptions = z.object({ tier: z.string().optional() });

const reportSchema = z.object({
  numPassedTests: z.int(),
  numFailedTests: z.int(),
  numPendingTests: z.int(),
  success: z.boolean(),
});

/** Runs the project's checks and tests, and ends with a line that counts them. */
export async function test(paths: readonly string[], given: unknown): Promise<void> {
  const { tier } = testOptions.parse(given);
  const results = paths.length > 0 || tier !== undefined ? [] : await runChecks();
  const tiers = tier === undefined ? usualTiers : [tier];
  const { passed, failed, skipped } = await runTests(tiers, paths, results);
  process.stdout.write(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`);
  if (failed > 0) process.exitCode = 1;
}

async function runChecks(): Promise<boolean[]> {
  const results: boolean[] = [];
  for (const check of checks) {
    results.push((await runHere("turbo", ["run", check, "--output-logs", "errors-only"])) === 0);
  }
  return results;
}

async function runTests(
  tiers: readonly string[],
  paths: readonly string[],
  checkResults: readonly boolean[],
) {
  const folder = await mkdtemp(join(tmpdir(), "kiln-test-"));
  try {
    const report = join(folder, "report.json");
    const projects = tiers.flatMap((tier) => ["--project", tier]);
    const reporters = ["--reporter", "default", "--reporter", "json", "--outputFile.json", report];
    const status = await runHere("vitest", ["run", ...projects, ...reporters, ...paths]);
    const { numPassedTests, numFailedTests, numPendingTests } = await readReport(report);
    // A file that does not even load fails without a failed test.
    const brokenFiles = status !== 0 && numFailedTests === 0 ? 1 : 0;
    return {
      passed: numPassedTests + checkResults.filter(Boolean).length,
      failed: numFailedTests + brokenFiles + checkResults.filter((result) => !result).length,
      skipped: numPendingTests,
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readReport(path: string): Promise<z.infer<typeof reportSchema>> {
  const text = await readFile(path, "utf8").catch((cause: unknown) => {
    throw new KilnError("command-failed", {
      expected: "vitest to write its report",
      found: "no report",
      next: "read what it printed above",
      cause,
    });
  });
  const json: unknown = JSON.parse(text);
  return reportSchema.parse(json);
}

/** Runs a program of the workspace with this terminal; gives its exit status. */
async function runHere(program: string, args: readonly string[]): Promise<number> {
  const { exitCode } = await execa(program, args, {
    cwd: root,
    preferLocal: true,
    localDir: root,
    stdio: "inherit",
    reject: false,
    env: { TURBO_TELEMETRY_DISABLED: "1" },
  });
  return exitCode ?? 1;
}
