import { isKilnError } from "@sysext-kiln/error";
import { withLock } from "../lock.ts";
import type { Say } from "../run.ts";
import { cacheDirectory } from "../settings.ts";
import type { Engine } from "./engine.ts";
import { ensureEngine } from "./ensure-engine.ts";
import { ownSocket, stopOwnEngine } from "./own-engine.ts";
import { answers } from "./ping.ts";

/**
 * Runs work with a Docker engine. An engine that kiln started for itself is ended by the last one who used it; one that a
 * killed run left is found, used, and then ended by the next.
 */
export async function withEngine<T>(say: Say, work: (engine: Engine) => Promise<T>): Promise<T> {
  const inUse = cacheDirectory("engine-use.lock");
  const what = "kiln's Docker engine";
  try {
    return await withLock(inUse, async () => work(await ensureEngine(say)), { shared: true, what, say });
  } finally {
    if (await answers(ownSocket())) {
      await withLock(inUse, stopOwnEngine, { wait: false }).catch((error: unknown) => {
        // Somebody still uses it, and will end it.
        if (!isKilnError(error, "busy")) throw error;
      });
    }
  }
}
