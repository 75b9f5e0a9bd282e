/** A range of a file's bytes; both ends are inclusive. */
export interface ByteRange {
  first: number;
  last: number;
}

/**
 * Parses a Range header (RFC 9110, section 14.1.2).
 * @param size the file's, in bytes
 * @returns undefined if the response is the whole file: without a range, and with several ranges, another
 * unit or a malformed header, all of which may be ignored (section 14.2)
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const groups = /^bytes=[ \t]*(?<first>\d*)-(?<last>\d*)[ \t]*$/i.exec(header ?? "")?.groups;
  const { first = "", last = "" } = groups ?? {};
  // An empty file has no ranges, but some clients send a range with every request.
  if ((first === "" && last === "") || size === 0) return undefined;
  const range =
    first === ""
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
  return range.first <= range.last ? range : "unsatisfiable";
}
