import type { ManifestEntry } from "./manifest.ts";
import { sha256Of } from "./sha256.ts";

const day = 24 * 60 * 60 * 1000;
const prefix = "BEST-BEFORE-";

/**
 * An entry that makes hosts reject a manifest from a date on (00:00 UTC, in systemd's process_magic_file), so that a
 * stale mirror cannot hold them back indefinitely. systemd 262 enforces it, 257 ignores it. The file does not exist:
 * nothing downloads it, and GitHub does not accept empty assets.
 */
export function bestBeforeEntry(days: number, now: Date): ManifestEntry {
  const date = new Date(now.getTime() + days * day).toISOString().slice(0, "YYYY-MM-DD".length);
  return { name: `${prefix}${date}`, sha256: sha256Of("") };
}

/** The time from which hosts reject a manifest with an entry of this name; undefined for every other name. */
export function bestBeforeOf(name: string): Date | undefined {
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : "";
  const date = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  // A 30th of February is no date to systemd either.
  return date && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text) ? date : undefined;
}

/** A manifest's text without such entries, and their dates. */
export function splitBestBefore(manifest: string): { images: string; dates: Date[] } {
  const dates: Date[] = [];
  const lines = manifest.split("\n").filter((line) => {
    const date = bestBeforeOf(line.slice(66));
    if (date) dates.push(date);
    return !date;
  });
  return { images: lines.join("\n"), dates };
}

/** Whether dates are what is wanted: none, or one of which more than a third of the days is left, and not too many. */
export function isFresh(dates: readonly Date[], days: number | undefined, now: Date): boolean {
  const [date] = dates;
  if (days === undefined || !date) return days === undefined && !date;
  const left = (date.getTime() - now.getTime()) / day;
  return dates.length === 1 && left >= days / 3 && left <= days;
}
