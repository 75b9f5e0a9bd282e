import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { isKilnError } from "@sysext-kiln/error";
import {
  cacheDirectory,
  engineLock,
  formatBytes,
  runAsRoot,
  runPhase,
  withLock,
  type Reporter,
  type Say,
} from "@sysext-kiln/machine";
import { z } from "zod";
import { throwAny } from "../../output/error.ts";
import { formatTable, print } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";
import { cacheEntries, engineKind, type Entry } from "./entries.ts";

const listOptions = z.object({ json: z.boolean().default(false) });
const pruneOptions = listOptions.extend({ days: z.int().min(1) });

const dayMs = 24 * 60 * 60 * 1000;

/** Shows what is in the cache. */
export async function listCache(given: unknown): Promise<void> {
  const options = listOptions.parse(given);
  const entries = await measure(openReporter(options));
  print(options, { cache: cacheDirectory(), kinds: summaries(entries) }, () => `\n${describe(entries)}`);
}

/** Removes entries that were not used for some days, except those that another command is using. */
export async function pruneCache(given: unknown): Promise<void> {
  const options = pruneOptions.parse(given);
  const reporter = openReporter(options);
  const before = Date.now() - options.days * dayMs;
  const unused = (await measure(reporter)).filter(({ usedAt }) => usedAt.getTime() < before);
  const { removed, errors } = await runPhase(reporter, "remove what was not used", (say) =>
    removeAll(unused, say),
  );
  print(options, { cache: cacheDirectory(), removed: summaries(removed) }, () =>
    removed.length === 0
      ? `\nNothing in ${cacheDirectory()} was unused for ${options.days} days.`
      : `\nRemoved from ${describe(removed)}`,
  );
  throwAny(errors);
}

function measure(reporter: Reporter): Promise<Entry[]> {
  return runPhase(reporter, `measure ${cacheDirectory()}`, cacheEntries);
}

/** @returns the entries that were removed, and the errors of others */
async function removeAll(
  entries: readonly Entry[],
  say: Say,
): Promise<{ removed: Entry[]; errors: unknown[] }> {
  const removed: Entry[] = [];
  const errors: unknown[] = [];
  for (const entry of entries) {
    say(`removing ${entry.path}`);
    try {
      if (await remove(entry)) removed.push(entry);
    } catch (error) {
      errors.push(error);
    }
  }
  return { removed, errors };
}

/** @returns whether it was removed; false if another command is using it */
async function remove({ kind, path }: Entry): Promise<boolean> {
  const isEngine = kind === engineKind;
  const lock = isEngine ? engineLock() : `${path}.lock`;
  const work = async () => {
    if (isEngine) await runAsRoot(["rm", "-rf", path]);
    else await rm(path, { recursive: true, force: true });
  };
  try {
    // Most entries have a lock for as long as they are made.
    if (existsSync(lock)) await withLock(lock, work, { wait: false });
    else await work();
    return true;
  } catch (error) {
    if (isKilnError(error, "busy")) return false;
    throw error;
  }
}

/** One for each kind. */
interface Summary {
  kind: string;
  entries: number;
  size: number | undefined;
  usedAt: string;
}

function summaries(entries: readonly Entry[]): Summary[] {
  return [...Map.groupBy(entries, ({ kind }) => kind)]
    .map(([kind, of]) => ({
      kind,
      entries: of.length,
      size: of.reduce<number | undefined>(
        (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
        0,
      ),
      usedAt: new Date(Math.max(...of.map(({ usedAt }) => usedAt.getTime()))).toISOString(),
    }))
    .toSorted((left, right) => (right.size ?? 0) - (left.size ?? 0));
}

function describe(entries: readonly Entry[]): string {
  const rows = summaries(entries).map(({ kind, entries: count, size, usedAt }) => [
    kind,
    String(count),
    size === undefined ? "unknown" : formatBytes(size),
    usedAt.slice(0, 10),
  ]);
  const total = entries.reduce((sum, { size }) => sum + (size ?? 0), 0);
  return `${cacheDirectory()}:\n${formatTable(["KIND", "ENTRIES", "SIZE", "LAST USED"], rows)}\n${formatBytes(total)} in all`;
}
