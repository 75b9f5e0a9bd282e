import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { finished } from "node:stream/promises";
import { bootstrapDebian, cacheDirectory, makeOnce, type Say } from "@sysext-kiln/machine";

/** The Debian suites that a new user's machine may run. */
export type Suite = "bookworm" | "trixie";

/** A tar archive of a new user's machine, a minimal Debian with git; made once and cached. */
export function rootFileSystem(suite: Suite, say: Say): Promise<string> {
  return makeOnce(cacheDirectory("fresh", `${suite}.tar`), async (path) => {
    await mkdir(dirname(path), { recursive: true });
    const output = createWriteStream(path);
    const include = ["git", "ca-certificates"];
    await Promise.all([finished(output), bootstrapDebian({ suite, output, say, include })]);
  });
}
