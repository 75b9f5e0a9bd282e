import { KilnError } from "@sysext-kiln/error";
import type { Definition, Input } from "@sysext-kiln/extension";

/**
 * Refuses a tag that names another commit than the definition gives it: it has moved once more.
 * @throws KilnError `upstream-moved`
 */
export function requirePinned(origin: Input["origin"], { name, upstreams }: Definition): void {
  if (origin.kind !== "github") return;
  const { tag, commit, repository } = origin;
  const pin = upstreams.github?.pins?.[tag];
  if (pin === undefined || pin === commit) return;
  throw new KilnError("upstream-moved", {
    expected: `tag ${tag} in ${repository} to name ${pin}, as "upstreams.github.pins" says`,
    found: commit,
    next: `ask upstream why, look at what has changed, and then correct the pin in extensions/${name}/extension.yaml`,
  });
}
