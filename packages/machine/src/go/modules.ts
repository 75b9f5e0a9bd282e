import { z } from "zod";
import { goError, runGo, type GoOptions } from "./go.ts";

const downloadedModule = z.object({
  Path: z.string(),
  Version: z.string().default(""),
  Error: z.string().optional(),
  /** The folder with its files. */
  Dir: z.string().optional(),
  /** Its go.mod. */
  GoMod: z.string().optional(),
  /** Digests of its files, and of its go.mod. */
  Sum: z.string().optional(),
  GoModSum: z.string().optional(),
});

export interface DownloadedModule {
  path: string;
  version: string;
  /** The folder with its files; undefined if it needs a newer Go than the program that fetched it. */
  folder: string | undefined;
  goMod: string;
  sum: string;
}

/**
 * Fetches modules into the module cache, unless they are there, and verifies them against the checksum
 * database.
 * @param modules such as `go.etcd.io/etcd/server/v3@v3.6.16`
 * @throws KilnError those of `runGo`
 */
export async function downloadModules(
  modules: readonly string[],
  options: GoOptions,
): Promise<DownloadedModule[]> {
  const download = async (env: Readonly<Record<string, string>>) => {
    const command = ["mod", "download", "-json", ...modules];
    const { stdout, stderr } = await runGo(command, { ...options, env, mayFail: true });
    return { found: parseGoJson(stdout, downloadedModule), stderr };
  };
  let { found, stderr } = await download({});
  // A module from a repository is only read by a Go that is new enough for it, which the go command then fetches.
  if (found.some(({ Sum, Error: text = "" }) => Sum === undefined && /requires go >= /.test(text)))
    ({ found, stderr } = await download({ GOTOOLCHAIN: "auto" }));
  return modules.map((wanted) => {
    const one = found.find(({ Path, Version }) => `${Path}@${Version}` === wanted);
    if (one?.Sum === undefined || one.GoMod === undefined)
      throw goError(`go mod download ${wanted}`, one?.Error ?? stderr.trim());
    return { path: one.Path, version: one.Version, folder: one.Dir, goMod: one.GoMod, sum: one.Sum };
  });
}

/** Parses what the go command prints with `-json`: one object after the other. */
export function parseGoJson<T>(text: string, schema: z.ZodType<T>): T[] {
  return text
    .split(/(?<=^\})\n/m)
    .filter((part) => part.trim() !== "")
    .map((part) => schema.parse(JSON.parse(part)));
}
