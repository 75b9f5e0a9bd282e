import { RequestError } from "@octokit/request-error";
import { isKilnError, KilnError } from "@sysext-kiln/error";
import { refusalOf } from "./refusal.ts";

/** What an error tells about besides itself. */
export interface Occasion {
  apiUrl: string;
  /** What was asked for: `GET /repos/{owner}/{repo}/releases` */
  route: string;
  /** `OWNER/REPO`, where there is one. */
  repository: string;
  /** The job of the workflow that this runs in, as GitHub Actions names it. */
  job: string | undefined;
  hasToken: boolean;
  /** The environment variable that a token is set in. */
  tokenVariable: string;
}

/** Turns what Octokit throws into an error that a person can act upon. */
export function explain(error: unknown, occasion: Occasion): unknown {
  if (isKilnError(error) || !(error instanceof RequestError)) return error;
  const { status, response } = error;
  if (!response) return unreachable(error, occasion, causeOf(error));
  const { message, retryAfter } = refusalOf(error) ?? { message: "", retryAfter: undefined };
  if (status === 429 || (status === 403 && (retryAfter !== undefined || /rate limit/i.test(message)))) {
    return rateLimited(error, occasion, untilWhen(retryAfter));
  }
  if (status === 401) return unauthorized(error, occasion, message);
  if (status === 403) {
    return permissionMissing(
      error,
      occasion,
      message,
      response.headers["x-accepted-github-permissions"] ?? "",
    );
  }
  if (status === 404) return missing(error, occasion);
  if (status >= 500) return unreachable(error, occasion, `status ${status}${message && `: ${message}`}`);
  return new KilnError("github-refused", {
    expected: `GitHub to fulfil ${occasion.route} of ${occasion.repository}`,
    found: `status ${status}: ${error.message}`,
    next: "run it again; if it stays so, report it with this message",
    cause: error,
  });
}

function causeOf({ message, cause }: RequestError): string {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : "";
  return inner !== "" && inner !== message ? `${message}: ${inner}` : message;
}

function unreachable(cause: RequestError, { apiUrl, route }: Occasion, found: string): KilnError {
  return new KilnError("network-unreachable", {
    expected: `an answer from ${apiUrl} to ${route}`,
    found,
    next: "try again later, or check the network and the proxy settings (http_proxy, https_proxy)",
    cause,
  });
}

/** To the second. */
function untilWhen(retryAfter = 60): string {
  return new Date((Math.floor(Date.now() / 1000) + retryAfter) * 1000).toISOString().replace(".000Z", "Z");
}

function rateLimited(
  cause: RequestError,
  { apiUrl, route, hasToken, tokenVariable }: Occasion,
  until: string,
): KilnError {
  return new KilnError("rate-limited", {
    expected: `${apiUrl} to take one more request, ${route}`,
    found: `its rate limit is reached until ${until}`,
    next: hasToken
      ? "run it again after that; it goes on where it stopped"
      : `set ${tokenVariable}: with a token the limit is many times higher`,
    cause,
  });
}

function unauthorized(
  cause: RequestError,
  { apiUrl, route, hasToken, tokenVariable }: Occasion,
  message: string,
): KilnError {
  return new KilnError("token-invalid", {
    expected: `a token that ${apiUrl} accepts in ${tokenVariable}`,
    found: hasToken ? `one that it refuses: ${message}` : "none",
    next: hasToken
      ? `set ${tokenVariable} to one that has not expired; in GitHub Actions that is github.token, or a secret`
      : `set ${tokenVariable} to a token that may do ${route}`,
    cause,
  });
}

/** GitHub names what is missing in a header: `contents=write`, with alternatives after a semicolon. */
function permissionMissing(
  cause: RequestError,
  { route, repository, job, hasToken, tokenVariable }: Occasion,
  message: string,
  accepted: string,
): KilnError {
  const [first = ""] = accepted.split(";");
  const wanted = first.trim().replaceAll("=", ": ").replaceAll(",", ", ") || "the right";
  const where = job === undefined ? "of the token" : `of the job "${job}" in its workflow`;
  return new KilnError("permission-missing", {
    expected: `a token with the permission "${wanted}" on ${repository}, for ${route}`,
    found: hasToken ? `GitHub said: ${message}` : `no ${tokenVariable}; GitHub said: ${message}`,
    next: `add "${wanted}" to the permissions ${where}`,
    cause,
  });
}

/** GitHub does not tell apart what is not there and what a token must not see. */
function missing(cause: RequestError, { route, repository, apiUrl, tokenVariable }: Occasion): KilnError {
  return new KilnError("repository-missing", {
    expected: `${route} to be there for ${repository} at ${apiUrl}`,
    found: "404 Not Found, which is also what GitHub says where a token lacks the right to see or to write",
    next: `check the repository's name, and that ${tokenVariable} may see it and write what is asked for`,
    cause,
  });
}
