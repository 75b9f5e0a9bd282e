import { setSecret } from "@actions/core";

/** Lets the runner hide a secret in everything that is printed from now on, also where only one of its lines is. */
export function mask(secret: string): void {
  for (const line of secret.split("\n")) {
    // An empty line, or a brace, would hide half of the log.
    if (line.trim().length > 3) setSecret(line.trim());
  }
}
