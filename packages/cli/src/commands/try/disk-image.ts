import { readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { bakingPrograms, unpackDisk } from "@sysext-kiln/baker";
import { KilnError } from "@sysext-kiln/error";
import { loadRepository, selectExtension } from "@sysext-kiln/extension";
import { cacheDirectory, ensurePrograms, runPhase, withWorkFolder } from "@sysext-kiln/machine";
import { runVirtualMachine } from "@sysext-kiln/booted-host";
import { printNote } from "../../output/print.ts";
import { openReporter } from "../../output/reporter.ts";
import { trialIgnition } from "./ignition.ts";

export interface TryImageOptions {
  extensions: string;
  ignition?: string | undefined;
}

/**
 * Boots a copy of a disk image in QEMU, with its console in this terminal.
 * @param names the extensions in it; their services get the files that they need
 */
export async function tryImage(
  image: string,
  names: readonly string[],
  { extensions, ignition }: TryImageOptions,
): Promise<void> {
  const all = await loadRepository(extensions);
  const tried = names.map((name) => selectExtension(all, name));
  // First of all, so that an error is reported before gigabytes are read.
  const config = ignition === undefined ? await trialIgnition(tried) : await readIgnition(ignition);
  await withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const reporter = openReporter({ onStderr: true });
    const { path, architecture } = await runPhase(reporter, `read ${basename(image)}`, async (say) => {
      await ensurePrograms(bakingPrograms, say);
      return unpackDisk(image, folder, { assumed: undefined, say });
    });
    const ignitionFile = join(folder, "config.ign");
    await writeFile(ignitionFile, config);
    process.stderr.write("\nThe machine's console; Ctrl-A X ends it.\n\n");
    process.exitCode = await runVirtualMachine({
      disk: path,
      architecture,
      ignition: ignitionFile,
      folder,
      say: printNote,
    });
  });
}

async function readIgnition(path: string): Promise<Buffer> {
  if (!(await stat(path)).isDirectory()) return await readFile(path);
  throw new KilnError("usage", {
    expected: "--ignition to name a file",
    found: `the folder ${path}`,
    next: "./kiln try --help shows examples",
  });
}
