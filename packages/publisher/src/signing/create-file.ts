import { writeFile } from "node:fs/promises";
import { KilnError, refusalOf, systemCode } from "@sysext-kiln/error";

/**
 * Writes a file that must not be there yet.
 * @throws KilnError `usage`
 */
export async function createFile(path: string, bytes: Uint8Array | string, mode = 0o644): Promise<void> {
  await writeFile(path, bytes, { mode, flag: "wx" }).catch((cause: unknown) => {
    const isThere = systemCode(cause) === "EEXIST";
    throw new KilnError("usage", {
      expected: isThere ? `no file at ${path}` : `to write ${path}`,
      found: isThere
        ? "one that may be somebody's key"
        : (refusalOf(cause) ?? systemCode(cause) ?? "an error"),
      next: isThere ? "choose another place, or move that file away" : "choose a folder that can be written",
      cause,
    });
  });
}
