import type { Release } from "@sysext-kiln/release-store";

const tagPattern = /^updates-(?<number>[1-9]\d*)$/;

/** The tag of an update directory. */
export function updatesTag(number: number): string {
  return `updates-${number}`;
}

/** The number of an update directory; 0 for every other tag, and for none. */
export function numberOf(tag: string | undefined): number {
  return Number(tagPattern.exec(tag ?? "")?.groups?.["number"] ?? 0);
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

/** The update directory that was published last, which a run that died may not have made the latest. */
export function newestDirectory(releases: readonly Release[]): Release | undefined {
  return byNumber(releases.filter(({ draft }) => !draft)).at(-1);
}
