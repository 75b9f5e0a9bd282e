import { KilnError } from "@sysext-kiln/error";

/**
 * The host of a repository such as `ghcr.io/owner/keepalived`.
 * @throws KilnError `usage`
 */
export function registryHost(repository: string): string {
  const host = /^([a-z0-9.-]+(?::\d+)?)\/[a-z0-9._/-]+$/.exec(repository)?.[1];
  if (host !== undefined) return host;
  throw new KilnError("usage", {
    expected: "a repository such as ghcr.io/owner/keepalived, without a tag",
    found: JSON.stringify(repository.slice(0, 120)),
    next: "include the registry, and write everything in lower case",
  });
}

/** Whether a registry is on this machine, where plain HTTP is allowed (as in Docker). */
export function isLocal(host: string): boolean {
  return /^(localhost|127\.0\.0\.1)(:|$)/.test(host);
}

/**
 * The repository of GitHub's registry that a workflow pushes to.
 * @param name to be used instead of `OWNER/keepalived` in that registry
 * @throws KilnError `usage` for a registry that must not receive GitHub's token
 */
export function repositoryOnGitHub(
  name: string | undefined,
  { serverUrl, owner }: { serverUrl: string; owner: string },
): string {
  const server = new URL(serverUrl).hostname;
  const registry = server === "github.com" ? "ghcr.io" : `containers.${server}`;
  const repository = name ?? `${registry}/${owner.toLowerCase()}/keepalived`;
  const host = registryHost(repository);
  if (host === registry || isLocal(host)) return repository;
  throw new KilnError("usage", {
    expected: `a repository of GitHub's registry, such as ${registry}/${owner.toLowerCase()}/keepalived`,
    found: repository,
    next: 'correct "container" in kiln.yaml; for another registry use ./kiln container push',
  });
}
