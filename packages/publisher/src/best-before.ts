import { hash } from "node:crypto";
import type { ManifestEntry } from "./manifest.ts";

const day = 24 * 60 * 60 * 1000;
/**
 * For how many days hosts follow an index if nothing is configured. Without any limit, they would never notice that
 * somebody withholds updates; with a short one, a repository that nobody runs for a month would need a person on every
 * host. A manifest, which stock systemd-sysupdate reads, has no such default.
 */
export const defaultIndexDays = 90;

const prefix = "BEST-BEFORE-";

/**
 * An entry that makes hosts refuse a manifest from a date on (00:00 UTC, in systemd's process_magic_file), so
 * that a stale mirror cannot withhold updates indefinitely. systemd 262 enforces it, 257 ignores it. The file
 * does not exist: hosts do not fetch it, and GitHub rejects empty assets.
 */
export function bestBeforeEntry(days: number, now: Date): ManifestEntry {
  const date = new Date(now.getTime() + days * day).toISOString().slice(0, "YYYY-MM-DD".length);
  return { name: `${prefix}${date}`, sha256: hash("sha256", "") };
}

/** The time from which hosts refuse a manifest with an entry of this name; undefined for any other name. */
export function bestBeforeOf(name: string): Date | undefined {
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // systemd does not accept 30 February either.
  return date && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? date : undefined;
}

/** A manifest's text without its best-before entries, and their dates. */
export function splitBestBefore(manifest: string): { images: string; dates: Date[] } {
  const dates: Date[] = [];
  const lines = manifest.split("\n").filter((line) => {
    const date = bestBeforeOf(line.slice(66));
    if (date) dates.push(date);
    return !date;
  });
  return { images: lines.join("\n"), dates };
}

/**
 * Whether a manifest's best-before dates match the setting: none if it is undefined; otherwise exactly one,
 * with at least a third of the days left and no more days than the setting allows. The alert KilnHostIndexOld of
 * deploy/monitoring assumes that third.
 */
export function isFresh(dates: readonly Date[], days: number | undefined, now: Date): boolean {
  const [date] = dates;
  if (days === undefined || !date) return days === undefined && !date;
  const left = (date.getTime() - now.getTime()) / day;
  return dates.length === 1 && left >= days / 3 && left <= days;
}
