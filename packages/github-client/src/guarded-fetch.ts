import { buffer } from "node:stream/consumers";
import { KilnError } from "@sysext-kiln/error";

/** How long a JSON answer may take, in milliseconds. Streams have no such limit. */
const longestAnswerMs = 60_000;
/** The size of the largest JSON answer, in bytes: about 100 times a page of releases with many assets. */
const largestAnswer = 64_000_000;

type Fetch = typeof globalThis.fetch;

/**
 * A `fetch` for the API at a URL that does not trust what the API answers. An address that came from an
 * answer, such as the one for uploads, must belong to the same GitHub, because the token is sent there. A
 * JSON answer has a limit of time and size. (`fetch` itself follows redirects and removes the token when one
 * leads to another origin.)
 * @throws KilnError `document-invalid`
 */
export function guardedFetch(apiUrl: string): Fetch {
  const trusted = trustedOrigins(apiUrl);
  return async (input, init) => {
    const { origin } = new URL(input instanceof Request ? input.url : input);
    if (!trusted.includes(origin)) {
      throw new KilnError("document-invalid", {
        expected: `GitHub's answer to name an address at ${trusted.join(" or ")}`,
        found: origin,
        next: "check GITHUB_API_URL and KILN_UPSTREAM_API_URL; nothing, and no token, was sent to the other address",
      });
    }
    const isStreamed = init?.body instanceof ReadableStream;
    const isJson = /json/.test(new Headers(init?.headers).get("accept") ?? "");
    const limit = isJson && !isStreamed ? [AbortSignal.timeout(longestAnswerMs)] : [];
    const signal = AbortSignal.any([...(init?.signal ? [init.signal] : []), ...limit]);
    const response = await fetch(input, { ...init, signal });
    if (response.body === null || (!isJson && response.ok)) return response;
    const body = await buffer(limited(response.body, largestAnswer, `the answer of ${origin}`));
    return Object.defineProperty(new Response(body, response), "url", { value: response.url });
  };
}

/**
 * The chunks of a body.
 * @param largest in bytes
 * @param what is read, for messages
 * @throws KilnError `document-invalid` for a larger body
 */
export async function* limited(
  body: ReadableStream<Uint8Array>,
  largest: number,
  what: string,
): AsyncGenerator<Uint8Array> {
  let received = 0;
  for await (const chunk of body) {
    received += chunk.length;
    if (received > largest) {
      throw new KilnError("document-invalid", {
        expected: `${what} to have at most ${largest} bytes`,
        found: "more",
        next: "check what that server is; if the problem persists, report it with this message",
      });
    }
    yield chunk;
  }
}

/**
 * The origins that a token for an API may be sent to. GitHub takes uploads at `uploads.` in place of `api.`,
 * on github.com and in every subdomain of ghe.com; an Enterprise Server takes them at its own host.
 */
export function trustedOrigins(apiUrl: string): string[] {
  const { protocol, host, origin } = new URL(apiUrl);
  return [origin, `${protocol}//uploads.${host.replace(/^api\./, "")}`];
}
