import { RequestError } from "@octokit/request-error";
import { isKilnError, KilnError, reasonsOf } from "@sysext-kiln/error";
import { errorResponseOf } from "./error-response.ts";
import { requestedWait } from "./rate-limits.ts";

/** What an error message says about a request besides its outcome. */
export interface RequestDetails {
  apiUrl: string;
  /** The method and the path, without the query: `GET /repos/acme/extensions/releases`. */
  request: string;
  /** `OWNER/REPO`. */
  repository: string;
  /** The workflow job that this runs in, by the name that GitHub Actions gives it. */
  job: string | undefined;
  hasToken: boolean;
  /** The environment variable that holds the token. */
  tokenVariable: string;
}

/** Turns an error of Octokit's into one that says what to do. Other errors are returned as they are. */
export function explain(error: unknown, details: RequestDetails): unknown {
  if (isKilnError(error) || !(error instanceof RequestError)) return error;
  const { status, response } = error;
  if (!response) return unreachable(error, details, reasonsOf(error));
  const answer = errorResponseOf(error);
  const message = answer?.message ?? "";
  const wait = requestedWait(answer);
  if (wait !== undefined) return rateLimited(error, details, resetTime(wait));
  if (status === 401) return unauthorized(error, details, message);
  if (status === 403) {
    return permissionMissing(
      error,
      details,
      message,
      response.headers["x-accepted-github-permissions"] ?? "",
    );
  }
  if (status === 404) return missing(error, details);
  if (status >= 500) return unreachable(error, details, `status ${status}${message && `: ${message}`}`);
  return new KilnError("github-refused", {
    expected: `GitHub to fulfill ${details.request}`,
    found: `status ${status}: ${error.message}`,
    next: "run it again; if the problem persists, report it with this message",
    cause: error,
  });
}

/** Passes on the chunks of an answer, and explains the error of a connection that breaks off. */
export async function* explainedBody(
  chunks: AsyncIterable<Uint8Array>,
  details: Pick<RequestDetails, "apiUrl" | "request">,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    throw isKilnError(error) ? error : unreachable(error, details, reasonsOf(error));
  }
}

function unreachable(
  cause: unknown,
  { apiUrl, request }: Pick<RequestDetails, "apiUrl" | "request">,
  found: string,
): KilnError {
  return new KilnError("network-unreachable", {
    expected: `a response from ${apiUrl} to ${request}`,
    found,
    next: "try again later, or check the network and the proxy settings (http_proxy, https_proxy)",
    cause,
  });
}

/** To the second, in UTC. */
function resetTime(retryAfter: number): string {
  return new Date((Math.floor(Date.now() / 1000) + retryAfter) * 1000).toISOString().replace(".000Z", "Z");
}

function rateLimited(
  cause: RequestError,
  { apiUrl, request, hasToken, tokenVariable }: RequestDetails,
  until: string,
): KilnError {
  return new KilnError("rate-limited", {
    expected: `${apiUrl} to accept one more request, ${request}`,
    found: `its rate limit is reached until ${until}`,
    next: hasToken
      ? "run it again after that; it continues where it stopped"
      : `set ${tokenVariable}: with a token the limit is many times higher`,
    cause,
  });
}

function unauthorized(
  cause: RequestError,
  { apiUrl, repository, hasToken, tokenVariable }: RequestDetails,
  message: string,
): KilnError {
  return new KilnError("token-invalid", {
    expected: `${tokenVariable} to hold a token that ${apiUrl} accepts`,
    found: hasToken ? `a token that it rejects: ${message}` : "none",
    next: hasToken
      ? `set ${tokenVariable} to a token that has not expired; in GitHub Actions that is github.token, or a secret`
      : `set ${tokenVariable} to a token with access to ${repository}`,
    cause,
  });
}

/** GitHub names what is missing in a header: `contents=write`, with alternatives after a semicolon. */
function permissionMissing(
  cause: RequestError,
  { request, repository, job, hasToken, tokenVariable }: RequestDetails,
  message: string,
  accepted: string,
): KilnError {
  const [first = ""] = accepted.split(";");
  const wanted = first.trim().replaceAll("=", ": ").replaceAll(",", ", ");
  const permission = wanted === "" ? "the permission that it needs" : `the permission "${wanted}"`;
  const where = job === undefined ? "of the token" : `of the job "${job}" in its workflow`;
  return new KilnError("permission-missing", {
    expected: `a token with ${permission} on ${repository}, for ${request}`,
    found: hasToken ? `GitHub responded: ${message}` : `no ${tokenVariable}; GitHub responded: ${message}`,
    next:
      wanted === ""
        ? `look up what ${request} needs, and add it to the permissions ${where}`
        : `add "${wanted}" to the permissions ${where}`,
    cause,
  });
}

/** GitHub does not distinguish what does not exist from what a token must not see. */
function missing(
  cause: RequestError,
  { request, repository, apiUrl, tokenVariable }: RequestDetails,
): KilnError {
  return new KilnError("repository-missing", {
    expected: `${apiUrl} to have what ${request} asks for`,
    found: "404 Not Found, which is also GitHub's response if a token is not allowed to read or write it",
    next: `check the name of the repository, ${repository}, and that ${tokenVariable} has access to it`,
    cause,
  });
}
