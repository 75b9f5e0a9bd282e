import { existsSync } from "node:fs";
import { KilnError } from "@sysext-kiln/error";
import { longestSilenceMs, type RemoteFile } from "./download.ts";
import { cacheDirectory } from "./settings.ts";

const availability = new Map<string, Promise<boolean>>();

/** Whether a file can be had: from the cache, or from its server, which is asked once in a process. */
export function isAvailable(file: RemoteFile): Promise<boolean> {
  if (existsSync(cacheDirectory("downloads", file.sha256))) return Promise.resolve(true);
  const known = availability.get(file.url);
  if (known) return known;
  const asked = askServer(file.url);
  availability.set(file.url, asked);
  return asked;
}

async function askServer(url: string): Promise<boolean> {
  const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(longestSilenceMs) }).catch(
    (cause: unknown) => {
      throw new KilnError("network-unreachable", {
        expected: `an answer about ${url}`,
        found: cause instanceof Error ? cause.message : "none",
        next: "check the network and the proxy settings (http_proxy, https_proxy)",
        cause,
      });
    },
  );
  return response.ok;
}
