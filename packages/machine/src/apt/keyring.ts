import { ensurePrograms } from "../ensure-programs.ts";
import type { Say } from "../run.ts";
import { settings } from "../settings.ts";

/** The public keys that the mirror's indexes must be signed with: Debian's, or those of the settings. */
export async function archiveKeyring(say: Say): Promise<string> {
  const { debianKeyring } = settings();
  if (debianKeyring !== undefined) return debianKeyring;
  return (await ensurePrograms(["debian-archive-keyring"], say))["debian-archive-keyring"];
}
