import { createHash } from "node:crypto";
import { Refusal, type Answer } from "./answer.ts";
import { secondaryLimit } from "./rate-limit.ts";
import type { AssetState } from "./state.ts";

/** A request that came, to any of GitHub's parts. */
export interface ReceivedRequest {
  /** The first is 1. */
  number: number;
  part: "web" | "api" | "uploads" | "storage";
  method: string;
  /** Without the query; below the API, `/repos/OWNER/NAME/...`. */
  path: string;
  query: URLSearchParams;
  /** Whether it had a token. */
  authorized: boolean;
  /** What it was answered with; 0 while it has not been, or where the connection was cut. */
  status: number;
}

/** What goes wrong with a request. */
export type Fault =
  /** It is answered with this status: before the work, or `after` it. */
  | { answer: number; after?: boolean }
  /** Another answer is sent, such as a hostile server would. */
  | { respond: Answer | ((request: ReceivedRequest) => Answer) }
  /** It is refused as one too many. In seconds. */
  | { retryAfter: number; status?: 403 | 429 }
  /** The connection is cut: `before` the work, `during` an upload, or `after` it, so that only the answer is lost. */
  | { cut: "before" | "during" | "after" }
  /** What is uploaded ends as this; an upload that ends as a `starter` is answered with 502. */
  | { asset: "starter" | "null-digest" | "wrong-digest" | "wrong-bytes" };

/** Besides the fault: what is done when it strikes, such as ending the process that sent the request. */
export type Strike = Fault & { also?: () => void };

/** Which requests a fault strikes: the one of a number, or the next one that this is true for. */
export type Target = number | ((request: ReceivedRequest) => boolean);

/** The faults that a test has ordered and that have not struck yet. */
export class Faults {
  readonly #ordered: { target: Target; strike: Strike; times: number }[] = [];

  add(target: Target, strike: Strike, times: number): void {
    this.#ordered.push({ target, strike, times });
  }

  /** What strikes this request; it is used up by that. */
  take(request: ReceivedRequest): Strike | undefined {
    const found = this.#ordered.find(
      ({ target, times }) =>
        times > 0 && (typeof target === "number" ? target === request.number : target(request)),
    );
    if (!found) return undefined;
    found.times -= 1;
    return found.strike;
  }
}

/** @throws Refusal where the fault comes in place of the work */
export function strikeBefore(fault: Fault | undefined): void {
  if (fault === undefined) return;
  if ("answer" in fault && !fault.after) throw new Refusal(fault.answer, "Something went wrong");
  if ("retryAfter" in fault) throw secondaryLimit(fault.retryAfter, fault.status);
}

/** The answer that takes the place of the work, where a fault has one. */
export function orderedAnswer(fault: Fault | undefined, request: ReceivedRequest): Answer | undefined {
  if (fault === undefined || !("respond" in fault)) return undefined;
  return typeof fault.respond === "function" ? fault.respond(request) : fault.respond;
}

/** @throws Refusal where the work is done and the answer says something else */
export function strikeAfter(fault: Fault | undefined, uploaded: AssetState | undefined): void {
  if (fault === undefined) return;
  if ("answer" in fault && fault.after) throw new Refusal(fault.answer, "Something went wrong");
  if (!("asset" in fault) || !uploaded) return;
  if (fault.asset === "null-digest") uploaded.digest = null;
  if (fault.asset === "wrong-digest") uploaded.digest = `sha256:${"0".repeat(64)}`;
  if (fault.asset === "wrong-bytes") {
    uploaded.bytes = Buffer.from(uploaded.bytes);
    uploaded.bytes[0] = (uploaded.bytes[0] ?? 0) ^ 1;
    uploaded.digest = `sha256:${createHash("sha256").update(uploaded.bytes).digest("hex")}`;
  }
  if (fault.asset === "starter") {
    Object.assign(uploaded, { state: "starter", bytes: Buffer.alloc(0), digest: null });
    throw new Refusal(502, "Bad Gateway");
  }
}
