import { chmod, readdir } from "node:fs/promises";
import { join } from "node:path";
import { withLock } from "../lock.ts";
import { cacheDirectory } from "../settings.ts";
import { makeFolder } from "../files.ts";
import { downloadModules } from "./modules.ts";
import type { GoOptions } from "./go.ts";
import type { Say } from "../reporter.ts";

/** The module whose versions are Go's toolchains, such as `v0.0.1-go1.27.1.linux-amd64`. */
export const toolchainModule = "golang.org/toolchain";

export interface GoToolchain {
  /** Its root, with bin/go. */
  folder: string;
  /** Go's digest of its files, for this machine's platform. */
  sum: string;
}

const fetched = new Map<string, Promise<GoToolchain>>();

/**
 * Fetches a toolchain for this machine, unless it is in the cache. The go command verifies toolchains against
 * the checksum database even where other modules are exempt.
 * @param version such as `go1.27.1`
 * @throws KilnError those of `downloadModules`
 */
export function ensureGoToolchain(version: string, { say }: Pick<GoOptions, "say">): Promise<GoToolchain> {
  const found = fetched.get(version) ?? fetchToolchain(version, say);
  fetched.set(version, found);
  // A failure is not cached, because the network may work at the next call.
  found.catch(() => fetched.delete(version));
  return found;
}

async function fetchToolchain(version: string, say: Say): Promise<GoToolchain> {
  const platform = process.arch === "arm64" ? "linux-arm64" : "linux-amd64";
  const module = `${toolchainModule}@v0.0.1-${version}.${platform}`;
  const lock = cacheDirectory("go", `${version}.lock`);
  await makeFolder(cacheDirectory("go"));
  const fetchOnce = async () => {
    const [downloaded] = await downloadModules([module], { say });
    if (downloaded?.folder === undefined) throw new Error(`${module} has no files`);
    await makeExecutable(downloaded.folder);
    return { folder: downloaded.folder, sum: downloaded.sum };
  };
  return withLock(lock, fetchOnce, { what: `the toolchain ${version}`, say });
}

/** A module's archive has no modes, so the go command sets these too when it runs a toolchain. */
async function makeExecutable(folder: string): Promise<void> {
  for (const programs of ["bin", "pkg/tool"]) {
    const entries = await readdir(join(folder, programs), { recursive: true, withFileTypes: true });
    for (const entry of entries) if (entry.isFile()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}
