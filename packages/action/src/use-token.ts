import { mask } from "./mask.ts";

/** Hands the token that an action was given to where kiln reads its settings, which takes it out of the environment. */
export function useToken(token: string | undefined): void {
  if (token === undefined) return;
  mask(token);
  process.env["GITHUB_TOKEN"] = token;
}
