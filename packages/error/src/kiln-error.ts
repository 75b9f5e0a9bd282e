/** Every code that an error of kiln can have: callers branch on it, and users can search for it. */
export type ErrorCode =
  | "already-there"
  | "architecture-mismatch"
  | "archive-invalid"
  | "archive-stale"
  | "build-failed"
  | "busy"
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
  | "host-unavailable"
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
  | "service-unhealthy"
  | "settings-invalid"
  | "signature-invalid"
  | "smoke-failed"
  | "snapshot-invalid"
  | "token-invalid"
  | "tree-invalid"
  | "unknown-extension"
  | "unknown-upstream"
  | "unknown-version"
  | "upstream-moved"
  | "usage";

export interface KilnErrorDetails {
  /** What was expected, and where; without a full stop. */
  expected: string;
  /** What was found instead. */
  found: string;
  /** What the user can do next. */
  next: string;
  cause?: unknown;
}

/** An error for users: what was expected, what was found, and what to do next. */
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

/** Whether an error is a KilnError, with this code if one is given. */
export function isKilnError(error: unknown, code?: ErrorCode): error is KilnError {
  return error instanceof KilnError && (code === undefined || error.code === code);
}

/**
 * Returns a function that creates `usage` errors.
 * @param next what to do next, unless an error says something more specific
 */
export function usageErrors(next: string) {
  return (expected: string, found: string, specific = next): KilnError =>
    new KilnError("usage", { expected, found, next: specific });
}
