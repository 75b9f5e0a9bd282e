import { KilnError } from "@sysext-kiln/error";
import type { ModuleInput } from "@sysext-kiln/extension";
import { downloadModules, ensureGoToolchain, type GoToolchain, type Say } from "@sysext-kiln/machine";
import { join } from "node:path";

/** A toolchain, with its go command. */
export interface FetchedToolchain extends GoToolchain {
  go: string;
}

/** Fetches the toolchain of a module, verified, unless it is in the cache. */
export async function fetchToolchain({ toolchain }: ModuleInput, say: Say): Promise<FetchedToolchain> {
  const fetched = await ensureGoToolchain(toolchain, { say });
  return { ...fetched, go: join(fetched.folder, "bin/go") };
}

/**
 * Fetches a module into the module cache, unless it is there, and verifies it against the checksum database
 * and the plan.
 * @returns the folder with its files
 * @throws KilnError `digest-mismatch`
 */
export async function fetchModule(input: ModuleInput, say: Say): Promise<string> {
  const wanted = `${input.module}@${input.version}`;
  say(`fetching ${wanted}`);
  const { go } = await fetchToolchain(input, say);
  const [found] = await downloadModules([wanted], { say, program: go });
  if (found?.folder === undefined) throw new Error(`${wanted} has no files`);
  if (found.sum === input.sum) return found.folder;
  throw new KilnError("digest-mismatch", {
    expected: `the module ${wanted} to have the digest ${input.sum}, as the plan says`,
    found: found.sum,
    next: "do not use this version; report it to upstream and to the operator of the module proxy",
  });
}
