import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { nativeArchitecture, spellings, type Architecture, type Definition } from "@sysext-kiln/extension";
import { ensurePrograms, run, runInSandbox, type SandboxBind, type Say } from "@sysext-kiln/machine";

/** Where a program of another architecture finds its emulator. */
const emulatorInRoot = "/emulator";

export interface SmokeOptions {
  upstreamVersion: string;
  /** Of the programs; those of another architecture than this machine's run under QEMU. */
  architecture: Architecture;
  /** Adds the libraries of what stands in for the host. */
  addHostLibraries: (root: string) => Promise<void>;
  say: Say;
}

/**
 * Runs the definition's commands from a finished image in the sandbox, with the image as the root.
 * @throws KilnError `smoke-failed`, `sandbox-unavailable`
 */
export async function smokeImage(
  image: string,
  { name, smoke }: Definition,
  { upstreamVersion, architecture, addHostLibraries, say }: SmokeOptions,
): Promise<void> {
  if (smoke.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), "kiln-smoke-"));
  const root = join(folder, "root");
  try {
    say("running what was built");
    await run("unsquashfs", ["-no-progress", "-quiet", "-dest", root, image]);
    await addHostLibraries(root);
    await linkTopLevel(root);
    const emulator = await emulatorFor(architecture);
    for (const { run: command, expect } of smoke) {
      say(`running ${command.join(" ")}`);
      const { stdout, stderr, status, ending } = await runInSandbox(
        [...emulator.map(({ target }) => target), ...command],
        { root: { folder: root }, readOnly: emulator },
      );
      const output = stdout + stderr;
      const missing = expect
        .map((text) => text.replace("{version}", upstreamVersion))
        .filter((text) => !output.includes(text));
      if (missing.length === 0 && status === 0) continue;
      throw new KilnError("smoke-failed", {
        expected: `${command.join(" ")} of ${name} for ${architecture} to ${missing.length > 0 ? `print ${JSON.stringify(missing[0])}` : "end with exit status 0"}`,
        found: `${output.trim().slice(0, 2000) || "no output"} (${ending})`,
        next: "see what the program misses; the image has not been kept",
      });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Adds the links that every distribution has in its root, unless the libraries have such a directory. */
async function linkTopLevel(root: string): Promise<void> {
  const top = new Set(await readdir(root));
  const below = await readdir(join(root, "usr"));
  for (const name of ["bin", "lib", "lib64"]) {
    if (!top.has(name) && below.includes(name)) await symlink(`usr/${name}`, join(root, name));
  }
}

/** The emulator that a program of an architecture needs here, if any. */
async function emulatorFor(architecture: Architecture): Promise<SandboxBind[]> {
  if (architecture === nativeArchitecture()) return [];
  const name = spellings[architecture].emulator;
  const { [name]: path } = await ensurePrograms([name], () => undefined);
  return [{ source: path, target: emulatorInRoot }];
}
