import { setSecret } from "@actions/core";
import { keepSecret } from "@sysext-kiln/machine/secrets";

/** Makes the runner hide a secret, and any line of it, in everything that is printed from now on. */
export function mask(secret: string): void {
  for (const line of secret.split("\n")) {
    // Masking an empty line or a brace would hide half of the log.
    if (line.trim().length > 3) setSecret(line.trim());
  }
}

/** Makes the token that an action was given the setting `GITHUB_TOKEN`. */
export function useToken(token: string | undefined): void {
  if (token === undefined) return;
  mask(token);
  keepSecret("GITHUB_TOKEN", token);
}
