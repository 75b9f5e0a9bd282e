import { hash } from "node:crypto";
import { Refusal, type Answer } from "./answer.ts";
import { secondaryLimit } from "./rate-limit.ts";
import type { AssetState } from "./state.ts";

/** A request that any of GitHub's servers received. */
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
  /** The status of the answer; 0 before it is answered, or if the connection was cut. */
  status: number;
  /** How many bytes the body of the answer has; 0 for an answer without one. */
  bytes: number;
}

/** How a request fails. */
export type Fault =
  /** It is answered with this status, without any effect, or `after` it took effect. */
  | { answer: number; after?: boolean }
  /** Another answer is sent, as by a hostile server. */
  | { respond: Answer | ((request: ReceivedRequest) => Answer) }
  /** It is refused by the rate limit, with this `retry-after` in seconds. */
  | { retryAfter: number; status?: 403 | 429 }
  /**
   * The connection is cut: `before` it takes effect, `during` an upload, or `after` it, so that only the
   * answer is lost.
   */
  | { cut: "before" | "during" | "after" }
  /** What is uploaded ends as this; an upload that ends as a `starter` is answered with 502. */
  | { asset: "starter" | "null-digest" | "wrong-digest" | "wrong-bytes" };

/** A fault, and what a test does when it occurs, such as killing the process that sent the request. */
export type InjectedFault = Fault & { onFault?: () => void };

/**
 * Which requests a fault affects: the one with a number, or the next ones for which a function returns true.
 */
export type Target = number | ((request: ReceivedRequest) => boolean);

/** The faults that a test has injected and that have not occurred yet. */
export class Faults {
  readonly #pending: { target: Target; fault: InjectedFault; times: number }[] = [];

  add(target: Target, fault: InjectedFault, times: number): void {
    this.#pending.push({ target, fault, times });
  }

  /** The fault that affects this request; taking it counts as one occurrence. */
  take(request: ReceivedRequest): InjectedFault | undefined {
    const found = this.#pending.find(
      ({ target, times }) =>
        times > 0 && (typeof target === "number" ? target === request.number : target(request)),
    );
    if (!found) return undefined;
    found.times -= 1;
    return found.fault;
  }
}

/** @throws Refusal if the request fails without any effect */
export function failBefore(fault: Fault | undefined): void {
  if (fault === undefined) return;
  if ("answer" in fault && !fault.after) throw new Refusal(fault.answer, "Something went wrong");
  if ("retryAfter" in fault) throw secondaryLimit(fault.retryAfter, fault.status);
}

/** The answer that a fault specifies; the request then has no effect. */
export function specifiedAnswer(fault: Fault | undefined, request: ReceivedRequest): Answer | undefined {
  if (fault === undefined || !("respond" in fault)) return undefined;
  return typeof fault.respond === "function" ? fault.respond(request) : fault.respond;
}

/** @throws Refusal if the request took effect and the answer says otherwise */
export function failAfter(fault: Fault | undefined, uploaded: AssetState | undefined): void {
  if (fault === undefined) return;
  if ("answer" in fault && fault.after) throw new Refusal(fault.answer, "Something went wrong");
  if (!("asset" in fault) || !uploaded) return;
  if (fault.asset === "null-digest") uploaded.digest = null;
  if (fault.asset === "wrong-digest") uploaded.digest = `sha256:${"0".repeat(64)}`;
  if (fault.asset === "wrong-bytes") {
    uploaded.bytes = Buffer.from(uploaded.bytes);
    uploaded.bytes[0] = (uploaded.bytes[0] ?? 0) ^ 1;
    uploaded.digest = `sha256:${hash("sha256", uploaded.bytes)}`;
  }
  if (fault.asset === "starter") {
    Object.assign(uploaded, { state: "starter", bytes: Buffer.alloc(0), digest: null });
    throw new Refusal(502, "Bad Gateway");
  }
}
