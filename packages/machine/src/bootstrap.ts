import { mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Writable } from "node:stream";
import { runAsRoot } from "./administrator.ts";
import { machineAcquireSettings, minimumValidTime } from "./apt/configuration.ts";
import { archiveKeyring } from "./apt/keyring.ts";
import { ensurePrograms } from "./ensure-programs.ts";
import type { Say } from "./run.ts";
import { settings } from "./settings.ts";

export interface BootstrapOptions {
  readonly suite: string;
  /** Receives the root file system as a tar archive. */
  readonly output: Writable;
  readonly say: Say;
  /** Packages beyond those that Debian calls essential. */
  readonly include?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Makes a minimal Debian from its archive, with the security updates of today, every package verified. */
export async function bootstrapDebian(options: BootstrapOptions): Promise<void> {
  const { suite, output, say, include = [], signal } = options;
  const needs = await ensurePrograms(["mmdebstrap"], say);
  const { debianMirror, debianSecurityMirror } = settings();
  const signed = `[signed-by=${await archiveKeyring(say)}]`;
  await using temporary = await mkdtempDisposable(join(tmpdir(), "kiln-bootstrap-"));
  const settingsFile = join(temporary.path, "apt.conf");
  const acquire = `${await machineAcquireSettings()}\nAcquire::Min-ValidTime "${minimumValidTime}";\n`;
  await writeFile(settingsFile, acquire, { mode: 0o600 });
  const args = [
    "--quiet",
    "--variant=minbase",
    ...(include.length === 0 ? [] : [`--include=${include.join(",")}`]),
    // A file, as a proxy's password has no place among arguments; and it must not stay in what is made.
    `--aptopt=${settingsFile}`,
    '--customize-hook=rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"',
    ...["doc", "man", "locale"].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    suite,
    "-",
    `deb ${signed} ${debianMirror} ${suite} main`,
    `deb ${signed} ${debianMirror} ${suite}-updates main`,
    `deb ${signed} ${debianSecurityMirror} ${suite}-security main`,
  ];
  // mmdebstrap unpacks into TMPDIR, and /tmp is often too small for that. As a plain user it wants namespaces that many
  // machines do not allow, so it runs as root where that is possible.
  const command = ["env", "TMPDIR=/var/tmp", needs.mmdebstrap, ...args];
  await runAsRoot(command, { output, ...(signal === undefined ? {} : { signal }) });
}
