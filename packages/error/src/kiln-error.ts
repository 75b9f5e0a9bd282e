/** Every way in which kiln can refuse or fail; a caller may branch on it, a person may search for it. */
export type ErrorCode =
  | "already-there"
  | "architecture-mismatch"
  | "archive-invalid"
  | "archive-stale"
  | "build-failed"
  | "command-failed"
  | "definition-invalid"
  | "digest-mismatch"
  | "disk-full"
  | "disk-image-full"
  | "disk-image-invalid"
  | "document-invalid"
  | "download-missing"
  | "engine-unavailable"
  | "extension-image-invalid"
  | "file-inaccessible"
  | "github-refused"
  | "busy"
  | "host-unavailable"
  | "service-unhealthy"
  | "key-invalid"
  | "key-missing"
  | "manifest-expired"
  | "manifest-invalid"
  | "network-unreachable"
  | "not-published"
  | "permission-missing"
  | "program-missing"
  | "rate-limited"
  | "release-conflict"
  | "repository-missing"
  | "sandbox-unavailable"
  | "signature-invalid"
  | "smoke-failed"
  | "token-invalid"
  | "tree-invalid"
  | "unknown-extension"
  | "unknown-upstream"
  | "unknown-version"
  | "upstream-moved"
  | "usage";

export interface KilnErrorDetails {
  /** What had to be true, and where: a sentence without a full stop. */
  expected: string;
  /** What was there in its place. */
  found: string;
  /** What the reader can do next. */
  next: string;
  cause?: unknown;
}

/** An error that a person reads: what was expected, what was found, what to do next. */
export class KilnError extends Error {
  override readonly name = "KilnError";
  readonly code: ErrorCode;
  readonly expected: string;
  readonly found: string;
  readonly next: string;

  constructor(code: ErrorCode, { expected, found, next, cause }: KilnErrorDetails) {
    super(`expected ${expected}; found ${found}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.expected = expected;
    this.found = found;
    this.next = next;
  }
}

export function isKilnError(error: unknown, code?: ErrorCode): error is KilnError {
  return error instanceof KilnError && (code === undefined || error.code === code);
}

/**
 * Makes errors about what a person asked for.
 * @param next how to correct it, unless a single error says something more exact
 */
export function usageErrors(next: string) {
  return (expected: string, found: string, exactly = next): KilnError =>
    new KilnError("usage", { expected, found, next: exactly });
}
