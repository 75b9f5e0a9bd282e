import { mkdir } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import { execa } from "execa";

/**
 * Unpacks a Debian package or a tar archive into a folder of its own.
 * @throws KilnError `archive-invalid` where it is damaged, or a member's name leads out of the folder
 */
export async function extract(archive: string, name: string, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [program, ...args] = name.endsWith(".deb")
    ? ["dpkg-deb", "--extract", archive, folder]
    : ["tar", "--extract", "--no-same-owner", "--file", archive, "--directory", folder];
  const result = await execa(program, args, { reject: false, env: { LC_ALL: "C" } });
  // tar skips `..` with an error; a leading slash it only removes, with a remark.
  const outside = /contains '\.\.'|Removing leading/.test(result.stderr);
  if (result.exitCode === 0 && !outside) return;
  throw new KilnError("archive-invalid", {
    expected: `${name} to be an archive whose members all stay inside`,
    found:
      result.stderr.split("\n").find((line) => line.trim() !== "") ??
      `exit status ${String(result.exitCode)}`,
    next: "do not use this file; tell whoever published it",
    cause: result,
  });
}
