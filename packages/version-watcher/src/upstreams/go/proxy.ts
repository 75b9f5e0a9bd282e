import {
  isMatchedBy,
  parseGoJson,
  readRemoteDocument,
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
      say(`listing the versions of ${module}`);
      const { proxy, noProxy } = settings().go;
      const [first = ""] = proxy.split(/[,|]/);
      const isOnServer = /^https?:/.test(first) && !isMatchedBy(module, noProxy);
      const url = `${first.trim().replace(/\/+$/, "")}/${escaped(module)}/@v/list`;
      const text = isOnServer ? await fetchList(url) : undefined;
      return text === undefined ? listWithGo(module, say) : text.split(/\s+/).filter((line) => line !== "");
    },
  };
}

/** The largest list that is read, in bytes: the longest known one has a thousandth of that. */
const largestList = 10_000_000;

/** A list on a web server; undefined if the go command has to ask, which also explains why there is none. */
async function fetchList(url: string): Promise<string | undefined> {
  const options = { largest: largestList, keep: true, retry: false };
  const document = await readRemoteDocument(url, options).catch(() => undefined);
  const text = document?.body.toString();
  return text?.includes("<") ? undefined : text;
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
  const { proxy: proxies, noProxy, sumdb, noSumdb } = settings().go;
  const proxy = isMatchedBy(module, noProxy) ? "direct" : proxies;
  const [database = ""] = sumdb.split(/[+ ]/);
  const isVerified = database !== "off" && !isMatchedBy(module, noSumdb);
  return { kind: "go", proxy, ...(isVerified && { checksumDatabase: database }) };
}
