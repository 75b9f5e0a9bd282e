import { existsSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, ensurePrograms, run, withWorkFolder, type Say } from "@sysext-kiln/machine";
import { isLocal, registryHost } from "./repository.ts";

/** skopeo looks for Docker's logins by itself, but not where DOCKER_CONFIG says. */
export function dockerLogins(): string | undefined {
  const folder = process.env["DOCKER_CONFIG"];
  const file = folder === undefined ? undefined : join(folder, "config.json");
  return file !== undefined && existsSync(file) ? file : undefined;
}

/** Works with a login at a repository's registry that is forgotten afterwards. @param work gets the file with it */
export async function withLogin<T>(
  repository: string,
  { user, token }: { user: string; token: string },
  say: Say,
  work: (logins: string) => Promise<T>,
): Promise<T> {
  const host = registryHost(repository);
  const { skopeo } = await ensurePrograms(["skopeo"], say);
  return withWorkFolder({ parent: cacheDirectory("work") }, async (folder) => {
    const logins = join(folder, "logins.json");
    const plain = isLocal(host) ? ["--tls-verify=false"] : [];
    const who = [`--authfile=${logins}`, "--username", user, "--password-stdin"];
    await run(skopeo, ["login", ...plain, ...who, host], { input: token });
    return work(logins);
  });
}
