import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/**
 * The ETag of an answer. GitHub's is a SHA-256 over three of the request's headers and the body, as measured
 * in https://github.com/bored-engineer/github-conditional-http-transport: so the same answer has another ETag
 * for another token.
 */
export function entityTag({ accept, authorization, cookie }: IncomingHttpHeaders, body: Buffer): string {
  const hash = createHash("sha256");
  for (const value of [accept, authorization, cookie]) if (value !== undefined) hash.update(`${value}:`);
  return `W/"${hash.update(body).digest("hex")}"`;
}

/** Whether a request excludes this answer: by its ETag, or by `*`, which stands for every one (RFC 9110). */
export function isUnchanged({ "if-none-match": known }: IncomingHttpHeaders, tag: string): boolean {
  const tags = known?.split(",").map(opaque) ?? [];
  return tags.includes(opaque(tag)) || tags.includes("*");
}

/** An ETag without the mark of a weak one. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}
