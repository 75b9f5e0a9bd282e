import { createHash } from "node:crypto";
import { lstat, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import type { z } from "zod";
import { makeFolder, replaceFile } from "./files.ts";

/** How long an answer is kept that is not requested again, in milliseconds. */
const keptMs = 30 * 24 * 60 * 60 * 1000;

/** What servers have answered, so that the next request is only for what has changed. */
export interface KeptAnswers<T extends { url: string }> {
  /**
   * The answer of an earlier request; undefined if there is none.
   * @param key what the request depends on besides the URL
   */
  read(url: string, key?: string): Promise<T | undefined>;
  /** A folder that cannot be written is no reason to fail: the next run requests the whole answer. */
  write(answer: T, key?: string): Promise<void>;
}

/**
 * Keeps answers in a folder, each for 30 days after its last use. Nothing in the folder is trusted, and it may be
 * removed at any time: a damaged answer counts as none.
 */
export function keptAnswers<T extends { url: string }>(folder: string, schema: z.ZodType<T>): KeptAnswers<T> {
  let pruned: Promise<void> | undefined;
  const pathOf = (url: string, key: string) =>
    join(folder, `${createHash("sha256").update(`${key} ${url}`).digest("hex")}.json`);
  return {
    async read(url, key = "") {
      pruned ??= prune(folder);
      await pruned;
      const path = pathOf(url, key);
      try {
        // Reading a pipe would never end.
        if (!(await lstat(path)).isFile()) return undefined;
        const answer = schema.parse(JSON.parse(await readFile(path, "utf8")));
        if (answer.url !== url) return undefined;
        await utimes(path, new Date(), new Date()).catch(() => undefined);
        return answer;
      } catch {
        return undefined;
      }
    },

    async write(answer, key = "") {
      await replaceFile(pathOf(answer.url, key), JSON.stringify(answer)).catch(() => undefined);
    },
  };
}

async function prune(folder: string): Promise<void> {
  await makeFolder(folder).catch(() => undefined);
  const names = await readdir(folder).catch(() => []);
  for (const path of names.map((name) => join(folder, name))) {
    const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > keptMs) await rm(path, { force: true }).catch(() => undefined);
  }
}
