import { KilnError } from "@sysext-kiln/error";

/** A repository on GitHub. */
export interface RepositoryName {
  owner: string;
  repo: string;
}

/**
 * Parses `OWNER/REPO` by GitHub's rules: letters, digits and dashes for an owner, and also dots and
 * underscores for a repository.
 * @throws KilnError `usage`
 */
export function parseRepositoryName(text: string): RepositoryName {
  const groups = /^(?<owner>[A-Za-z\d](?:[A-Za-z\d-]{0,38}))\/(?<repo>(?!\.{1,2}$)[\w.-]{1,100})$/.exec(
    text,
  )?.groups;
  if (groups) return { owner: groups["owner"] ?? "", repo: groups["repo"] ?? "" };
  throw new KilnError("usage", {
    expected: "a repository on GitHub as OWNER/REPO",
    found: JSON.stringify(text.slice(0, 150)),
    next: "write it as it is in the repository's URL",
  });
}

export function formatRepositoryName({ owner, repo }: RepositoryName): string {
  return `${owner}/${repo}`;
}
