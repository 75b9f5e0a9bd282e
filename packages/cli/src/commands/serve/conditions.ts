import type { IncomingHttpHeaders } from "node:http";

/** What identifies a file's current bytes. */
export interface Validators {
  /** A strong entity tag, quoted. */
  etag: string;
  /** With a resolution of a second, like HTTP's dates. */
  lastModified: Date;
}

/**
 * Evaluates the conditions of a GET or HEAD request in the order of RFC 9110, section 13.2.2.
 * @returns the status to respond with; undefined to continue with the request
 */
export function evaluateConditions(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
): 304 | 412 | undefined {
  const match = headers["if-match"];
  const noneMatch = headers["if-none-match"];
  const unmodifiedSince = parseDate(headers["if-unmodified-since"]);
  const modifiedSince = parseDate(headers["if-modified-since"]);
  if (match !== undefined) {
    if (!names(match, etag)) return 412;
  } else if (unmodifiedSince !== undefined && lastModified > unmodifiedSince) return 412;
  if (noneMatch !== undefined) {
    // Weak comparison (section 8.8.3.2): a proxy may have marked our tag as weak.
    if (names(noneMatch.replaceAll("W/", ""), etag)) return 304;
  } else if (modifiedSince !== undefined && lastModified <= modifiedSince) return 304;
  return undefined;
}

/**
 * Whether a Range header applies: always without If-Range, otherwise only if that matches (RFC 9110, section
 * 13.1.5).
 * @param now a file that changed within the last second may change again without a new date (section 8.8.2.2)
 */
export function rangeApplies(
  headers: IncomingHttpHeaders,
  { etag, lastModified }: Validators,
  now: Date,
): boolean {
  const condition = headers["if-range"];
  if (condition === undefined || condition === etag) return true;
  const isStrong = now.getTime() - lastModified.getTime() >= 1000;
  return isStrong && parseDate(String(condition))?.getTime() === lastModified.getTime();
}

/** Whether a list of entity tags contains this one. */
function names(list: string, etag: string): boolean {
  return list.trim() === "*" || [...list.matchAll(/(?:W\/)?"[^"]*"/g)].some(([tag]) => tag === etag);
}

/**
 * Parses a date in any of HTTP's formats (RFC 9110, section 5.6.7); that of asctime does not contain the time
 * zone.
 */
function parseDate(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const date = new Date(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
