import { existsSync } from "node:fs";
import { join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { cacheDirectory, ensurePrograms, tryRun, withWorkFolder, type Say } from "@sysext-kiln/machine";
import { isLocal, registryHost } from "./repository.ts";

/** What registries answer, in skopeo's words, if the login has no right to do something. */
export const isDenied = /unauthorized|denied|forbidden|status code.* 40[13]/i;

/** The file with the logins of `docker login`; undefined for its default path, where skopeo looks itself. */
export function dockerLogins(): string | undefined {
  const folder = process.env["DOCKER_CONFIG"];
  const file = folder === undefined ? undefined : join(folder, "config.json");
  return file !== undefined && existsSync(file) ? file : undefined;
}

/**
 * Logs in to a repository's registry, for as long as some work takes.
 * @param work gets the path of the file with the login
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
    const denied = isDenied.test(stderr);
    throw new KilnError(denied ? "token-invalid" : "network-unreachable", {
      expected: `${host} to accept the token as the login of ${user}`,
      found: summary,
      next: denied
        ? "in GitHub Actions, give the job packages: read, or packages: write if it pushes"
        : "check the network and the registry's status page, then run it again",
    });
  });
}
