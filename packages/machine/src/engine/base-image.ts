import { PassThrough } from "node:stream";
import { KilnError, isKilnError } from "@sysext-kiln/error";
import { bootstrapDebian } from "../bootstrap.ts";
import { withLock } from "../lock.ts";
import type { Say } from "../reporter.ts";
import { cacheDirectory } from "../settings.ts";
import type { Engine } from "./engine.ts";

const firstResponseMs = 20_000;
const pullMs = 10 * 60_000;

/**
 * Makes sure that the engine has a base image such as `debian:trixie-slim`: pulled from Docker Hub if that
 * can be reached, otherwise built from Debian's archive under the same name.
 */
export function ensureBaseImage(engine: Engine, name: string, say: Say): Promise<void> {
  // The builds of both architectures call this at the same time, and so may another kiln process.
  const lock = cacheDirectory("base-image.lock");
  return withLock(lock, () => ensureLocked(engine, name, say), { what: `the image ${name}`, say });
}

async function ensureLocked(engine: Engine, name: string, say: Say): Promise<void> {
  if (await has(engine, name)) return;
  const suite = /^debian:([a-z]+)(-slim)?$/.exec(name)?.[1];
  if (suite === undefined) {
    throw new KilnError("usage", {
      expected: "a base image that can also be built from Debian's archive, such as debian:trixie-slim",
      found: JSON.stringify(name),
      next: "use debian:SUITE-slim",
    });
  }
  say(`pulling ${name} from Docker Hub: the builds run in it`);
  const problem = await pull(engine, name);
  if (problem === undefined) return;
  say(`cannot pull ${name} from Docker Hub (${problem}), so building it from Debian's archive`);
  await buildFromArchive(engine, name, suite, say);
}

async function has(engine: Engine, name: string): Promise<boolean> {
  return (await engine.docker(["image", "ls", "--quiet", name])).trim() !== "";
}

/** @returns what went wrong, in a few words; undefined if nothing did */
async function pull(engine: Engine, name: string): Promise<string | undefined> {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), firstResponseMs);
  try {
    const options = { signal: silence.signal, timeoutMs: pullMs, onLine: () => clearTimeout(timer) };
    await engine.docker(["pull", name], options);
    return undefined;
  } catch (error) {
    if (silence.signal.aborted) return `no response within ${firstResponseMs / 1000} s`;
    if (!isKilnError(error, "command-failed")) throw error;
    return error.found.replace(/^.*Error response from daemon: /, "").slice(0, 160);
  } finally {
    clearTimeout(timer);
  }
}

async function buildFromArchive(engine: Engine, name: string, suite: string, say: Say): Promise<void> {
  const tar = new PassThrough();
  const either = new AbortController();
  const { signal } = either;
  // If one half fails, the other would wait for it indefinitely.
  const half = <T>(promise: Promise<T>) =>
    promise.catch((error: unknown) => {
      either.abort(error);
      throw error;
    });
  const [made, imported] = await Promise.allSettled([
    half(bootstrapDebian({ suite, say, output: tar, signal })).finally(() => tar.end()),
    half(engine.docker(["import", "-"], { input: tar, signal })),
  ]);
  // The reason of the abort is the first failure.
  if (made.status === "rejected" || imported.status === "rejected") throw signal.reason;
  // Not earlier, because an incomplete or empty archive also becomes an image.
  await engine.docker(["tag", imported.value.trim(), name]);
}
