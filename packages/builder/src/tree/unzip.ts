import { createWriteStream } from "node:fs";
import { chmod, mkdir, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { isDiskFull, isKilnError } from "@sysext-kiln/error";
import { openPromise, type Entry } from "yauzl";
import { invalid, limited, limitMembers, tooLarge } from "./decompress.ts";

/** The part of a mode that says what a file is, and two of its values (stat(2)). */
const typeBits = 0o170000;
const [regularFile, directory] = [0o100000, 0o040000];

/**
 * Unpacks a zip archive into a folder. Names that lead out of it are refused by yauzl, before anything of
 * them is written; nothing is written through a link, because there are none.
 * @param limit the most bytes that its files may have together
 * @throws KilnError `archive-invalid`
 */
export async function unzip(archive: string, name: string, folder: string, limit: number): Promise<void> {
  let left = limit;
  try {
    const zip = await openPromise(archive, { strictFileNames: true });
    limitMembers(name, zip.entryCount);
    for await (const entry of zip.eachEntry()) {
      left -= entry.uncompressedSize;
      if (left < 0) throw tooLarge(name, limit);
      const path = join(folder, entry.fileName);
      const mode = modeOf(entry);
      const type = mode & typeBits;
      if (entry.fileName.endsWith("/")) {
        await mkdir(path, { recursive: true });
        continue;
      }
      if (type !== 0 && type !== regularFile && type !== directory)
        throw invalid(name, `${entry.fileName}, which is a link or a special file`);
      await mkdir(dirname(path), { recursive: true });
      const content = await zip.openReadStreamPromise(entry);
      const size = limited(name, entry.uncompressedSize);
      await pipeline(content, size, createWriteStream(path, { flags: "wx" }));
      await chmod(path, (mode & 0o777) | 0o400);
      const date = entry.getLastModDate({ timezone: "UTC" });
      await utimes(path, date, date);
    }
  } catch (cause) {
    throw isKilnError(cause) || isDiskFull(cause) ? cause : invalid(name, String(cause), cause);
  }
}

/** The mode of a file from Unix; others have none, so anybody may read and start them. */
function modeOf({ versionMadeBy, externalFileAttributes }: Entry): number {
  const isUnix = versionMadeBy >> 8 === 3;
  return isUnix ? externalFileAttributes >>> 16 : 0o755;
}
