import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  cacheDirectory,
  isMatchedBy,
  parseGoJson,
  replaceFile,
  runGo,
  settings,
  type Say,
} from "@sysext-kiln/machine";
import { z } from "zod";

/** How a module proxy is asked for versions. */
export interface GoAccess {
  /** The versions of a module as Go spells them, in no particular order. */
  list(module: string): Promise<string[]>;
  say: Say;
}

/**
 * Asks the first proxy of the settings. Its answer is kept, so that an unchanged list costs one conditional
 * request. Whatever a list on a web server cannot answer is left to the go command: modules that are fetched
 * from their repositories, logins, further proxies, and errors.
 */
export function configuredGoAccess(say: Say): GoAccess {
  return {
    say,
    async list(module) {
      const { proxy, noProxy } = settings().go;
      const [first = ""] = proxy.split(/[,|]/);
      const isOnServer = /^https?:/.test(first) && !isMatchedBy(module, noProxy);
      const url = `${first.trim().replace(/\/+$/, "")}/${escaped(module)}/@v/list`;
      const text = isOnServer ? await fetchList(url) : undefined;
      return text === undefined ? listWithGo(module, say) : text.split(/\s+/).filter((line) => line !== "");
    },
  };
}

/** The largest list that is read, in characters: the longest known one has a thousandth of that. */
const largestList = 10_000_000;

const storedSchema = z.object({ url: z.string(), etag: z.string(), text: z.string() });

/** A list on a web server; undefined if the go command has to ask. */
async function fetchList(url: string): Promise<string | undefined> {
  const path = cacheDirectory("go", "lists", `${createHash("sha256").update(url).digest("hex")}.json`);
  const stored = await readStored(path, url);
  const headers = stored === undefined ? {} : { "if-none-match": stored.etag };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60_000) }).catch(() => undefined);
  if (response?.status === 304) return stored?.text;
  const text = response && (await textOf(response).catch(() => undefined));
  if (response?.status !== 200 || text === undefined || text.includes("<")) return undefined;
  const etag = response.headers.get("etag");
  // A cache that cannot be written is no reason to fail: the next run requests the whole list.
  if (etag !== null) await replaceFile(path, JSON.stringify({ url, etag, text })).catch(() => undefined);
  return text;
}

/** The text of an answer; undefined if it is longer than any list. */
async function textOf({ body }: Response): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > largestList) return undefined;
  }
  return text;
}

async function readStored(path: string, url: string): Promise<z.infer<typeof storedSchema> | undefined> {
  try {
    const stored = storedSchema.parse(JSON.parse(await readFile(path, "utf8")));
    return stored.url === url ? stored : undefined;
  } catch {
    // A missing or damaged file is replaced by the next answer.
    return undefined;
  }
}

const listedModule = z.object({ Versions: z.array(z.string()).default([]) });

async function listWithGo(module: string, say: Say): Promise<string[]> {
  const { stdout } = await runGo(["list", "-m", "-json", "-versions", "-retracted", module], { say });
  return parseGoJson(stdout, listedModule).flatMap(({ Versions }) => Versions);
}

/** In a proxy's paths, an exclamation mark and a lower-case letter stand for an upper-case one. */
function escaped(module: string): string {
  return module.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
}

/** What a module input records about where it came from, and what vouched for it. */
export function originOf(module: string): { kind: "go"; proxy: string; checksumDatabase?: string } {
  const { proxy, sumdb, noSumdb } = settings().go;
  const [database = ""] = sumdb.split(/[+ ]/);
  const isVerified = database !== "off" && !isMatchedBy(module, noSumdb);
  return { kind: "go", proxy, ...(isVerified && { checksumDatabase: database }) };
}
