import { existsSync } from "node:fs";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { cacheDirectory, ensurePrograms, tryRun, withWorkFolder, type Say } from "@sysext-kiln/machine";
import { isRefused } from "./refusal.ts";
import { isLocal, registryHost } from "./repository.ts";

/** skopeo looks for Docker's logins by itself, but not where DOCKER_CONFIG says. */
export function dockerLogins(): string | undefined {
  const folder = process.env["DOCKER_CONFIG"];
  const file = folder === undefined ? undefined : join(folder, "config.json");
  return file !== undefined && existsSync(file) ? file : undefined;
}

/**
 * Works with a login at a repository's registry that is forgotten afterwards.
 * @param work gets the file with it
 * @throws KilnError `token-invalid`, `network-unreachable`
 */
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
    const login = ["login", ...plain, ...who, host];
    const { status, stderr, summary } = await tryRun(skopeo, login, { input: token });
    if (status === 0) return work(logins);
    const mayNot = isRefused.test(stderr);
    throw new KilnError(mayNot ? "token-invalid" : "network-unreachable", {
      expected: `${host} to take the token as the login of ${user}`,
      found: summary,
      next: mayNot
        ? "in GitHub Actions, give the job packages: read, or packages: write where it pushes"
        : "check the network, and that the registry is well; then run it again",
    });
  });
}
