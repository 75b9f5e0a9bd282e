import { glob, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { usageErrors } from "@sysext-kiln/error";
import { execa } from "execa";
import { z } from "zod";
import { resultsOf, type Results } from "./report.ts";
import { tierOfFile, tiers } from "./tiers.ts";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

/** The checks besides the tests: scripts of the root `package.json`. */
const checks = [
  "typecheck",
  "lint",
  "format:check",
  "shellcheck",
  "bundle:check",
  "readme:check",
  "boundaries",
];

const testOptions = z.object({
  tier: z.string().optional(),
  seed: z.int(),
  seconds: z.int(),
  systemd: z.string(),
});

const usage = usageErrors("./kiln test --help shows examples");

/**
 * Runs the project's checks and tests. The last line of the output always has their counts,
 * and follows the failures, a line each.
 * @param paths test files and folders with tests; if empty, all tests and checks run
 * @throws KilnError `usage` if a path does not exist
 */
export async function test(paths: readonly string[], given: unknown): Promise<void> {
  const { tier, seed, seconds, systemd } = testOptions.parse(given);
  const wanted = tiers.filter(({ name, isUsual }) => (tier === undefined ? isUsual : name === tier));
  const names = wanted.map(({ name }) => name);
  const files = paths.length === 0 ? undefined : await testFiles(paths, names, tier);
  const checked = paths.length > 0 || tier !== undefined ? [] : await runChecks();
  const tested =
    files?.length === 0
      ? { passed: 0, skipped: 0, failures: [] }
      : await runTests(names, files, {
          KILN_TEST_SYSTEMD: systemd,
          KILN_TEST_SEED: String(seed),
          ...(await fuzzSettings(files, seed, seconds)),
        });
  if (files?.length === 0)
    process.stdout.write(`no tests of the tiers ${names.join(", ")} in ${paths.join(", ")}\n`);
  const failedChecks = checked.filter(({ passed }) => !passed).map(({ check }) => `pnpm ${check}`);
  const failures = [...failedChecks, ...tested.failures];
  const passed = tested.passed + checked.length - failedChecks.length;
  const failed = failures.length;
  const skipped = tested.skipped > 0 ? `, ${tested.skipped} skipped` : "";
  process.stdout.write(`\n${failures.map((failure) => `failed: ${failure}\n`).join("")}`);
  process.stdout.write(`${passed} passed, ${failed} failed${skipped}\n`);
  if (failed > 0) process.exitCode = 1;
}

/**
 * The test files at or below paths that belong to some tiers. A file among the paths may belong to any tier,
 * unless the user chose one.
 */
async function testFiles(paths: readonly string[], names: readonly string[], tier: string | undefined) {
  const found = new Set<string>();
  for (const path of paths) {
    const full = resolve(root, path);
    const status = await stat(full).catch(() => undefined);
    if (status === undefined) throw usage(`${path} to be a file or folder in ${root}`, "it does not exist");
    if (status.isFile() && tierOfFile(full) === undefined)
      throw usage(`${path} to be a test`, "a file that does not end in .test.ts");
    if (status.isFile() && tier === undefined) found.add(full);
    const candidates = status.isFile() ? [full] : await testsBelow(full);
    for (const file of candidates) if (names.includes(tierOfFile(file) ?? "")) found.add(file);
  }
  return [...found].toSorted();
}

async function testsBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  const options = { cwd: folder, exclude: ["**/node_modules"] };
  for await (const path of glob("**/*.test.ts", options)) found.push(join(folder, path));
  return found;
}

async function runChecks() {
  const results: { check: string; passed: boolean }[] = [];
  for (const check of checks) {
    const status = await runHere("turbo", ["run", check, "--output-logs", "errors-only"]);
    results.push({ check, passed: status === 0 });
  }
  return results;
}

/** Runs vitest on `files`, or on all files of some tiers. */
async function runTests(
  names: readonly string[],
  files: readonly string[] | undefined,
  env: Readonly<Record<string, string>>,
): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-test-"));
  try {
    const report = join(folder, "report.json");
    const projects = (files === undefined ? names : tiersOf(files)).flatMap((name) => ["--project", name]);
    const reporters = ["--reporter", "default", "--reporter", "json", "--outputFile.json", report];
    const status = await runHere("vitest", ["run", ...projects, ...reporters, ...(files ?? [])], env);
    return resultsOf(root, status, await readFile(report, "utf8").catch(() => undefined));
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What tests of the tier fuzz read. Their files share the time; as many run at a time as there are CPUs. */
async function fuzzSettings(files: readonly string[] | undefined, seed: number, seconds: number) {
  const all = files ?? (await testsBelow(join(root, "packages")));
  const count = all.filter((file) => tierOfFile(file) === "fuzz").length;
  const rounds = Math.max(1, count / availableParallelism());
  return { KILN_FUZZ_SEED: String(seed), KILN_FUZZ_SECONDS: String(seconds / rounds) };
}

function tiersOf(files: readonly string[]): string[] {
  return [...new Set(files.map((file) => tierOfFile(file) ?? "unit"))];
}

/** Runs a program of the workspace in this terminal. @returns its exit status */
async function runHere(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { exitCode } = await execa(program, args, {
    cwd: root,
    preferLocal: true,
    localDir: root,
    stdio: "inherit",
    reject: false,
    env: { TURBO_TELEMETRY_DISABLED: "1", ...env },
  });
  return exitCode ?? 1;
}
