import { chmod } from "node:fs/promises";
import { join } from "node:path";
import { entriesOf } from "./entries.ts";

/**
 * Gives everything the modes that an image needs, whatever umask the files were checked out with. The modes of an
 * image's directories win over the host's: `usr/bin` with 0700 would end every service that is not root's.
 */
export async function setModes(tree: string): Promise<void> {
  await chmod(tree, 0o755);
  for (const { path, type, mode } of await entriesOf(tree)) {
    if (type === "directory") await chmod(join(tree, path), 0o755);
    // Set-user-id and the like stay for the check to find.
    if (type === "file" && (mode & 0o7000) === 0)
      await chmod(join(tree, path), (mode & 0o111) === 0 ? 0o644 : 0o755);
  }
}
