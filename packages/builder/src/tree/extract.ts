import { mkdir } from "node:fs/promises";
import { diskFullError, isDiskFull, KilnError } from "@sysext-kiln/error";
import { tryRun } from "@sysext-kiln/machine";

/**
 * Unpacks a Debian package or a tar archive into a folder of its own.
 * @throws KilnError `archive-invalid` where it is damaged, or a member's name leads out of the folder
 */
export async function extract(archive: string, name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [program, ...args] = name.endsWith(".deb")
    ? ["dpkg-deb", "--extract", archive, folder]
    : ["tar", "--extract", "--no-same-owner", "--file", archive, "--directory", folder];
  const result = await tryRun(program, args, { env: { LC_ALL: "C" } });
  // tar skips `..` with an error; a leading slash it only removes, with a remark.
  const outside = /contains '\.\.'|Removing leading/.test(result.stderr);
  if (result.status === 0 && !outside) return;
  if (isDiskFull(result.stderr)) throw diskFullError(`what is in ${name}`);
  throw new KilnError("archive-invalid", {
    expected: `${name} to be an archive whose members all stay inside`,
    found: result.summary,
    next: "do not use this file; tell whoever published it",
  });
}
