import { existsSync } from "node:fs";
import { mkdtempDisposable, rename, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { runAsRoot } from "./run-as-root.ts";
import { archiveKeyring, machineAcquireSettings, minimumValidTime } from "./apt/configuration.ts";
import { ensurePrograms } from "./ensure-programs.ts";
import { withLock } from "./lock.ts";
import type { Say } from "./reporter.ts";
import { settings } from "./settings.ts";

export interface BootstrapOptions {
  suite: string;
  /** Receives the root file system as a tar archive. */
  output: Writable;
  say: Say;
  /** Packages in addition to those that Debian calls essential. */
  include?: readonly string[];
  /** Source packages of Debian whose binary packages are taken from the suite's backports. */
  fromBackports?: readonly string[];
  signal?: AbortSignal;
}

/**
 * Makes a file or a folder, unless it exists: complete or not at all, and by one process at a time.
 * @param make writes it to another path, which may contain the remains of an interrupted attempt
 * @returns the path
 */
export function makeOnce(path: string, make: (unfinished: string) => Promise<void>): Promise<string> {
  return withLock(`${path}.lock`, async () => {
    if (existsSync(path)) {
      const now = new Date();
      // Reading through an overlay does not count as a use, by which the cache is pruned.
      await utimes(path, now, now);
      return path;
    }
    await make(`${path}.part`);
    await rename(`${path}.part`, path);
    return path;
  });
}

/** Builds a minimal Debian from its archive with the latest security updates. Every package is verified. */
export async function bootstrapDebian(options: BootstrapOptions): Promise<void> {
  const { suite, output, say, include = [], fromBackports = [], signal } = options;
  const needs = await ensurePrograms(["mmdebstrap"], say);
  const { debianMirror, debianSecurityMirror } = settings();
  const signed = `[signed-by=${await archiveKeyring(say)}]`;
  await using temporary = await mkdtempDisposable(join(tmpdir(), "kiln-bootstrap-"));
  const settingsFile = join(temporary.path, "apt.conf");
  const acquire = `${await machineAcquireSettings()}\nAcquire::Min-ValidTime "${minimumValidTime}";\n`;
  await writeFile(settingsFile, acquire, { mode: 0o600 });
  const archive = (name: string) => `deb ${signed} ${debianMirror} ${name} main`;
  const backports = `${suite}-backports`;
  const args = [
    "--variant=minbase",
    ...(include.length === 0 ? [] : [`--include=${include.join(",")}`]),
    // In a file, because other users can see arguments, and a proxy's password may be among these. The result
    // must not contain it.
    `--aptopt=${settingsFile}`,
    '--customize-hook=rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"',
    ...["doc", "man", "locale"].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    ...(fromBackports.length === 0 ? [] : [preferHook(backports, fromBackports)]),
    suite,
    "-",
    archive(suite),
    archive(`${suite}-updates`),
    ...(fromBackports.length === 0 ? [] : [archive(backports)]),
    `deb ${signed} ${debianSecurityMirror} ${suite}-security main`,
  ];
  // mmdebstrap unpacks into TMPDIR, and /tmp is often too small for that. As a normal user it needs
  // namespaces that many machines do not allow, so it runs as root if possible.
  const command = ["env", "TMPDIR=/var/tmp", needs.mmdebstrap, ...args];
  const onLine = (line: string) => {
    const step = /^I: (.+)$/.exec(line)?.[1];
    if (step !== undefined) say(`mmdebstrap: ${step}`);
  };
  await runAsRoot(command, { output, onLine, ...(signal === undefined ? {} : { signal }) });
}

/** Makes apt prefer one suite for some source packages; by itself it never takes a package from backports. */
function preferHook(suite: string, sources: readonly string[]): string {
  const names = sources.map((name) => `src:${name}`).join(" ");
  const preferences = `Package: ${names}\nPin: release n=${suite}\nPin-Priority: 900\n`;
  const file = '"$1/etc/apt/preferences.d/backports"';
  return `--setup-hook=mkdir -p "$1/etc/apt/preferences.d" && printf '${preferences}' > ${file}`;
}
