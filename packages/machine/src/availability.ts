import { existsSync } from "node:fs";
import { KilnError, reasonsOf } from "@sysext-kiln/error";
import { longestSilenceMs, type PinnedFile } from "./download.ts";
import { cacheDirectory } from "./settings.ts";

const availability = new Map<string, Promise<boolean>>();

/** Whether a file is available: in the cache, or on its server, which is asked once per process. */
export function isAvailable(file: PinnedFile): Promise<boolean> {
  if (existsSync(cacheDirectory("downloads", file.sha256))) return Promise.resolve(true);
  const known = availability.get(file.url);
  if (known) return known;
  const asked = askServer(file.url);
  availability.set(file.url, asked);
  return asked;
}

/**
 * Only 404 and 410 mean that a file does not exist: an overloaded server must not make an older version look
 * like the newest.
 */
async function askServer(url: string): Promise<boolean> {
  const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(longestSilenceMs) }).catch(
    (cause: unknown) => {
      throw unreachable(url, reasonsOf(cause), cause);
    },
  );
  if (response.ok) return true;
  if (response.status === 404 || response.status === 410) return false;
  throw unreachable(url, `status ${response.status} ${response.statusText}`.trim());
}

function unreachable(url: string, found: string, cause?: unknown): KilnError {
  return new KilnError("network-unreachable", {
    expected: `${url} to respond`,
    found,
    next: "try again later, or check the network and the proxy settings (http_proxy, https_proxy)",
    cause,
  });
}
