/** Bytes of a file, from the first to the last, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a Range header (RFC 9110, section 14.1.2).
 * @param size the file's, in bytes
 * @returns undefined if the whole file is the answer: to no range, several ranges, another unit, or a header that is malformed;
 * all of these may be ignored (section 14.2)
 */
export function parseRange(
  header: string | undefined,
  size: number,
): ByteRange | "unsatisfiable" | undefined {
  const groups = /^bytes=[ \t]*(?<first>\d*)-(?<last>\d*)[ \t]*$/i.exec(header ?? "")?.groups;
  const { first = "", last = "" } = groups ?? {};
  // No range of an empty file can be described. Some clients send a range with each request.
  if ((first === "" && last === "") || size === 0) return undefined;
  const range =
    first === ""
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: last === "" ? size - 1 : Math.min(Number(last), size - 1) };
  return range.first <= range.last ? range : "unsatisfiable";
}
