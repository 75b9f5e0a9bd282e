/**
 * `pnpm mutate [PACKAGE...]` makes small changes to sources, one at a time and in a copy of the repository, and
 * prints those that the unit tests of the same package do not notice.
 */
import { readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { withWorkFolder } from "@sysext-kiln/machine";
import { z } from "zod";
import { seededRandom } from "../../src/random.ts";
import { acceptedMutants } from "./check-mutants.ts";
import { copyRepository, findSubject, type Subject } from "./copy.ts";
import { applyMutant, describeMutant, type Mutant, type Verdict } from "./mutant.ts";
import { relatedTests } from "./related-tests.ts";
import { runTests, type TestLimits } from "./run-tests.ts";
import { shellMutants } from "./shell.ts";
import { typeScriptMutants } from "./type-script.ts";

const usualNames = "extension release-store publisher host-config version-watcher builder kiln-host".split(
  " ",
);

const usage = `pnpm mutate [PACKAGE...] [options]     default: ${usualNames.join(" ")}
  --seed NUMBER       which mutants are chosen (1)
  --mutants NUMBER    how many for each package (40)
  --minutes NUMBER    the time for all packages, divided equally (60)
  --workers NUMBER    how many test files run at the same time (1)
  --threshold NUMBER  the percentage that the tests of each package must catch (90)
`;

const number = z.coerce.number().positive();
const optionsSchema = z.object({
  seed: number.default(1),
  mutants: number.default(40),
  minutes: number.default(60),
  workers: number.default(1),
  threshold: number.max(100).default(90),
});

type Counts = Record<Verdict, number>;

const root = fileURLToPath(new URL("../../../..", import.meta.url)).replace(/\/$/, "");
const text = { type: "string" } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: text,
    mutants: text,
    minutes: text,
    workers: text,
    threshold: text,
    help: { type: "boolean" },
  },
});

if (values.help === true) process.stdout.write(usage);
else await mutate(positionals.length === 0 ? usualNames : positionals, optionsSchema.parse(values));

async function mutate(names: readonly string[], options: z.infer<typeof optionsSchema>): Promise<void> {
  const rows: { name: string; counts: Counts }[] = [];
  await withWorkFolder({ parent: tmpdir(), prefix: "kiln-mutate-" }, async (copy) => {
    await copyRepository(root, copy);
    for (const name of names) {
      const subject = await findSubject(copy, name);
      if (subject.sources.length === 0) throw new Error(`${name} is not a package`);
      const milliseconds = (options.minutes * 60_000) / names.length;
      rows.push({ name, counts: await mutateOne(copy, subject, { ...options, milliseconds }) });
    }
  });
  process.stdout.write("\npackage           caught  survived  timeout  share\n");
  for (const { name, counts } of rows) {
    const columns = [counts.caught, counts.survived, counts.timeout];
    const cells = columns.map((count, index) => String(count).padStart([6, 8, 7][index] ?? 0));
    process.stdout.write(
      `${name.padEnd(18)}${cells.join("  ")}  ${shareOf(counts).toFixed(0).padStart(4)}%\n`,
    );
  }
  if (rows.some(({ counts }) => !(shareOf(counts) >= options.threshold))) process.exitCode = 1;
}

interface Limits {
  seed: number;
  mutants: number;
  workers: number;
  milliseconds: number;
}

async function mutateOne(copy: string, subject: Subject, limits: Limits): Promise<Counts> {
  const counts = { caught: 0, survived: 0, timeout: 0 };
  const deadline = performance.now() + limits.milliseconds;
  const texts = new Map<string, string>();
  for (const file of subject.sources) texts.set(file, await readFile(join(copy, file), "utf8"));
  const sample = await chooseMutants(copy, texts, limits);
  process.stdout.write(`${subject.name}: ${sample.length} mutants, seed ${limits.seed}\n`);
  const unchanged = await runTests(copy, subject.tests, { workers: limits.workers, timeoutMs: 1_800_000 });
  if (unchanged.verdict !== "survived") throw new Error(`the tests of ${subject.name} fail without a mutant`);
  const timeoutMs = Math.round(60_000 + 3 * unchanged.milliseconds);
  for (const mutant of sample) {
    if (performance.now() > deadline) break;
    const source = texts.get(mutant.file) ?? "";
    await writeFile(join(copy, mutant.file), applyMutant(mutant, source));
    const verdict = await judge(copy, subject, mutant, { workers: limits.workers, timeoutMs });
    await writeFile(join(copy, mutant.file), source);
    counts[verdict] += 1;
    if (verdict !== "caught") process.stdout.write(`  ${verdict}: ${describeMutant(mutant, source)}\n`);
  }
  return counts;
}

async function chooseMutants(copy: string, texts: ReadonlyMap<string, string>, limits: Limits) {
  const all = [...texts].flatMap(([file, source]) =>
    file.endsWith(".ts") ? typeScriptMutants(file, source) : shellMutants(file, source),
  );
  const random = seededRandom(limits.seed);
  const shuffled = all
    .map((mutant) => ({ mutant, order: random() }))
    .toSorted((one, other) => one.order - other.order)
    .map(({ mutant }) => mutant);
  // Fewer than half are rejected.
  const accepted = await acceptedMutants(copy, shuffled.slice(0, 2 * limits.mutants), texts);
  return accepted.slice(0, limits.mutants);
}

async function judge(copy: string, subject: Subject, mutant: Mutant, limits: TestLimits): Promise<Verdict> {
  for (const tests of relatedTests(copy, mutant.file, subject.tests)) {
    if (tests.length === 0) continue;
    const { verdict } = await runTests(copy, tests, limits);
    if (verdict !== "survived") return verdict;
  }
  return "survived";
}

/** The percentage of mutants that the tests caught; a test that hangs is noticed as well. */
function shareOf({ caught, survived, timeout }: Counts): number {
  return (100 * (caught + timeout)) / (caught + survived + timeout);
}
