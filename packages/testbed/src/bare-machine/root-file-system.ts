import { createWriteStream, existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { bootstrapDebian, cacheDirectory, withLock, type Say } from "@sysext-kiln/machine";

/** The Debian suites that a new user's machine may run. */
export type Suite = "bookworm" | "trixie";

/** A tar archive of a new user's machine, a minimal Debian with git; made once and cached. */
export function rootFileSystem(suite: Suite, say: Say): Promise<string> {
  const path = cacheDirectory("fresh", `${suite}.tar`);
  return withLock(`${path}.lock`, async () => {
    if (!existsSync(path)) await make(suite, path, say);
    return path;
  });
}

async function make(suite: Suite, path: string, say: Say): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const output = createWriteStream(part);
  try {
    const written = finished(output);
    await Promise.all([
      written,
      bootstrapDebian({ suite, output, say, include: ["git", "ca-certificates"] }),
    ]);
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
}
