import type { Release, ReleaseHost } from "@sysext-kiln/release-host";

/** How many update directories stay, the latest included: a host may be in the middle of reading the one before. */
const keptDirectories = 3;

const tagPattern = /^updates-(?<number>[1-9]\d*)$/;

/** The tag of the next update directory. */
export function tagAfter(newest: Release | undefined): string {
  return `updates-${numberOf(newest?.tag ?? "") + 1}`;
}

/** Whether a release is an update directory, of now or of before. */
export function isUpdatesTag(tag: string): boolean {
  return tagPattern.test(tag);
}

/** The update directories among releases, the newest last. */
export function byNumber(releases: readonly Release[]): Release[] {
  return releases
    .filter(({ tag }) => isUpdatesTag(tag))
    .toSorted((left, right) => numberOf(left.tag) - numberOf(right.tag));
}

/** Removes update directories that no host reads any more, and drafts of them that a dead run left. */
export async function prune(host: ReleaseHost): Promise<void> {
  const directories = byNumber(await host.list());
  const published = directories.filter(({ draft }) => !draft);
  const old = published.slice(0, -keptDirectories).filter(({ latest }) => !latest);
  for (const release of [...old, ...directories.filter(({ draft }) => draft)]) await host.remove(release);
}

function numberOf(tag: string): number {
  return Number(tagPattern.exec(tag)?.groups?.["number"] ?? 0);
}
