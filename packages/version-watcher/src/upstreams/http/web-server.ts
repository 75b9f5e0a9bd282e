import { stat } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import { readRemoteDocument, readRemoteHead, type Say } from "@sysext-kiln/machine";
import type { FileServer } from "../released/digest.ts";
import { fetchUnverified } from "../released/fetch.ts";
import { memoize } from "../upstream.ts";

/** The largest list of checksums or signature that is read, in bytes. */
const largest = 1_000_000;

/** Files by their URLs. Lists and signatures are requested anew in every run, because they are not verified. */
export function webServer(say: Say): FileServer {
  return {
    urlOf: (url) => url,
    async read(url) {
      say(`reading ${url}`);
      return (await readRemoteDocument(url, { largest }))?.body;
    },
    fetch: (url) => fetchUnverified({ url }, say),
    storedDigest: () => undefined,
  };
}

/** Asks a server for a file once per process. */
export const headOf: (url: string, say: Say) => ReturnType<typeof readRemoteHead> = memoize(
  (url: string, say: Say) => {
    say(`asking for ${url}`);
    return readRemoteHead(url);
  },
  (url) => url,
);

/**
 * The size of a file that is known to exist, in bytes.
 * @throws KilnError `download-missing` for an HTML page
 */
export async function sizeOfFile(url: string, say: Say): Promise<number> {
  const head = await headOf(url, say);
  if (typeof head === "string") throw new Error(`a version without ${url} is not available`);
  if (/^text\/html\b/.test(head.type)) throw htmlPage(url);
  return head.size ?? (await sizeOf(url, say));
}

/** The size of a file, where the server does not give it before the whole file. */
async function sizeOf(url: string, say: Say): Promise<number> {
  const { path } = await fetchUnverified({ url }, say);
  return (await stat(path)).size;
}

function htmlPage(url: string): KilnError {
  return new KilnError("download-missing", {
    expected: `${url} to be a file`,
    found: "an HTML page, as some servers send it in place of a missing file",
    next: `correct the URL in extension.yaml, or add the version to "versions.exclude"`,
  });
}
