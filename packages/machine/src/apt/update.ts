import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import type { Say } from "../reporter.ts";
import { run, tryRun } from "../run.ts";
import type { SuiteSource } from "./configuration.ts";
import { parseDeb822 } from "./deb822.ts";

/**
 * Updates the index of a suite and verifies its signature.
 * @throws KilnError `archive-invalid`, `archive-stale`, `disk-full`, `network-unreachable`
 */
export async function updateIndex(directory: string, source: SuiteSource, say: Say): Promise<void> {
  const env = { APT_CONFIG: join(directory, "apt.conf"), LC_ALL: "C.UTF-8" };
  // By default it also reads the whole index again, even if nothing has changed.
  const options = ["-o", "Acquire::Retries=2", "-o", "pkgCacheFile::Generate=false"];
  const outcome = await tryRun("apt-get", ["update", "-q", ...options], { env });
  if (outcome.status !== 0) throw updateError(`${outcome.stdout}\n${outcome.stderr}`, source);
  await run("apt-cache", ["gencaches"], { env });
  await warnIfExpired(directory, source, say);
}

/** The error that describes why `apt-get update` failed. */
export function updateError(output: string, { suite, mirror }: SuiteSource): KilnError {
  const lines = output.split("\n").filter((line) => /^[EW]: /.test(line));
  const found = lines.slice(0, 3).join(" | ") || output.trim() || "apt-get update failed without a message";
  const expected = `the index of Debian's suite ${suite} at ${mirror}`;
  if (/is expired|is not valid yet/.test(output)) {
    return new KilnError("archive-stale", {
      expected: `${expected} to be less than half a year old`,
      found,
      next: "check this machine's clock, or set KILN_DEBIAN_MIRROR to an up-to-date mirror",
    });
  }
  if (
    /not signed|NO_PUBKEY|BADSIG|EXPKEYSIG|couldn't be verified|Hash Sum mismatch|unexpected size/.test(
      output,
    )
  ) {
    return new KilnError("archive-invalid", {
      expected: `${expected} to have a valid signature and matching files`,
      found,
      next: "try again in a few minutes (mirrors are inconsistent during an update), or use another mirror",
    });
  }
  if (/404 +Not Found/.test(output)) {
    return new KilnError("archive-invalid", {
      expected: `${expected} to exist`,
      found,
      next: "check the name of the suite and KILN_DEBIAN_MIRROR",
    });
  }
  if (/No space left on device/.test(output)) {
    return new KilnError("disk-full", {
      expected: `enough disk space for ${expected}`,
      found,
      next: "free some disk space",
    });
  }
  return new KilnError("network-unreachable", {
    expected: `${expected} to be reachable`,
    found,
    next: "check the network, or set KILN_DEBIAN_MIRROR and KILN_DEBIAN_SECURITY_MIRROR to mirrors that can be reached",
  });
}

async function warnIfExpired(directory: string, { suite, mirror }: SuiteSource, say: Say): Promise<void> {
  const lists = join(directory, "state/lists");
  const release = (await readdir(lists)).find((name) => name.endsWith("_InRelease"));
  if (release === undefined) return;
  const text = await readFile(join(lists, release), "utf8");
  const header = text.slice(text.indexOf("\n\n") + 2, text.indexOf("\nSHA256:"));
  const validUntil = parseDeb822(header)[0]?.["Valid-Until"];
  if (validUntil !== undefined && Date.parse(validUntil) < Date.now()) {
    say(
      `the index of ${suite} at ${mirror} expired at ${validUntil}; using it anyway, because mirrors may lag behind`,
    );
  }
}
