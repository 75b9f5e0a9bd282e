import { existsSync } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import {
  cacheDirectory,
  digestOf,
  download,
  formatBytes,
  makeFolder,
  withWorkFolder,
  type RemoteFile,
  type Say,
} from "@sysext-kiln/machine";

/**
 * Downloads a file whose digest is not known yet, because only a signature vouches for it, to where the
 * builder finds it by its digest.
 * @param say takes lines about how much has been received
 */
export async function fetchUnverified(
  file: Omit<RemoteFile, "sha256">,
  say: Say,
): Promise<{ path: string; sha256: string }> {
  return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    const downloaded = join(work, "file");
    await download({ ...file, sha256: undefined }, downloaded, {
      onProgress(received, total) {
        const of = total === undefined ? "" : ` of ${formatBytes(total)}`;
        say(`downloading ${file.url}, ${formatBytes(received)}${of}`);
      },
    });
    const sha256 = await digestOf(downloaded);
    await makeFolder(cacheDirectory("downloads"));
    const path = cacheDirectory("downloads", sha256);
    if (!existsSync(path)) await rename(downloaded, path);
    return { path, sha256 };
  });
}
