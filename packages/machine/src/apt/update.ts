import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { run, tryRun, type Say } from "../run.ts";
import type { SuiteSource } from "./configuration.ts";
import { parseDeb822 } from "./deb822.ts";

/** Renews the index of one suite with its signature; every way in which apt can fail has its own error. */
export async function updateIndex(directory: string, source: SuiteSource, say: Say): Promise<void> {
  const env = { APT_CONFIG: join(directory, "apt.conf"), LC_ALL: "C.UTF-8" };
  // By itself it reads the whole index again, also where nothing has changed.
  const quickly = ["-o", "Acquire::Retries=2", "-o", "pkgCacheFile::Generate=false"];
  const outcome = await tryRun("apt-get", ["update", "-q", ...quickly], { env });
  if (outcome.status !== 0) throw updateError(`${outcome.stdout}\n${outcome.stderr}`, source);
  await run("apt-cache", ["gencaches"], { env });
  await sayWhenExpired(directory, source, say);
}

/** Translates what apt-get update wrote when it failed. */
export function updateError(output: string, { suite, mirror }: SuiteSource): KilnError {
  const lines = output.split("\n").filter((line) => /^[EW]: /.test(line));
  const found = lines.slice(0, 3).join(" | ") || output.trim() || "apt-get update failed and said nothing";
  const expected = `the index of Debian's suite ${suite} at ${mirror}`;
  if (/is expired|is not valid yet/.test(output)) {
    return new KilnError("archive-stale", {
      expected: `${expected} to be of the last half year`,
      found,
      next: "check this machine's clock, or set KILN_DEBIAN_MIRROR to a mirror that is kept up to date",
    });
  }
  if (
    /not signed|NO_PUBKEY|BADSIG|EXPKEYSIG|couldn't be verified|Hash Sum mismatch|unexpected size/.test(
      output,
    )
  ) {
    return new KilnError("archive-invalid", {
      expected: `${expected} to carry a good signature of Debian and files that match it`,
      found,
      next: "try again in some minutes (mirrors are inconsistent while they are renewed), or use another mirror",
    });
  }
  if (/404 +Not Found/.test(output)) {
    return new KilnError("archive-invalid", {
      expected: `${expected} to exist`,
      found,
      next: "check the name of the suite, and KILN_DEBIAN_MIRROR",
    });
  }
  if (/No space left on device/.test(output)) {
    return new KilnError("disk-full", {
      expected: `room for ${expected}`,
      found,
      next: "free some disk space",
    });
  }
  return new KilnError("network-unreachable", {
    expected: `to fetch ${expected}`,
    found,
    next: "check the network, or set KILN_DEBIAN_MIRROR (and KILN_DEBIAN_SECURITY_MIRROR) to a mirror within reach",
  });
}

async function sayWhenExpired(directory: string, { suite, mirror }: SuiteSource, say: Say): Promise<void> {
  const lists = join(directory, "state/lists");
  const release = (await readdir(lists)).find((name) => name.endsWith("_InRelease"));
  if (release === undefined) return;
  const text = await readFile(join(lists, release), "utf8");
  const header = text.slice(text.indexOf("\n\n") + 2, text.indexOf("\nSHA256:"));
  const validUntil = parseDeb822(header)[0]?.["Valid-Until"];
  if (validUntil !== undefined && Date.parse(validUntil) < Date.now()) {
    say(
      `the index of ${suite} at ${mirror} was meant to be used until ${validUntil}; taking it, as mirrors may lag`,
    );
  }
}
