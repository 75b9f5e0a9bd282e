import { keepSecret } from "@sysext-kiln/machine/secrets";
import { mask } from "./mask.ts";

/** Makes the token that an action was given the setting `GITHUB_TOKEN`. */
export function useToken(token: string | undefined): void {
  if (token === undefined) return;
  mask(token);
  keepSecret("GITHUB_TOKEN", token);
}
