import { KilnError } from "@sysext-kiln/error";
import type { Architecture } from "@sysext-kiln/extension";
import { openRegularFile } from "@sysext-kiln/machine";
import { parseExtensionRelease } from "./extension-release.ts";
import { imagePath, withImage } from "./image-in-sandbox.ts";

/**
 * Checks that a file is an image of an extension for an architecture as the builder makes them, by what systemd-sysext itself goes by:
 * the extension-release file in it. The image may be hostile, so it is read in the sandbox.
 * @returns the date of the image, in seconds since 1970
 * @throws KilnError `extension-image-invalid`, `architecture-mismatch`, `sandbox-unavailable`
 */
export async function checkImage(path: string, name: string, architecture: Architecture): Promise<number> {
  const epoch = await squashfsDate(path);
  const release = `usr/lib/extension-release.d/extension-release.${name}`;
  const text = epoch === undefined ? undefined : await readFromImage(path, release);
  if (epoch === undefined || text === undefined) {
    throw new KilnError("extension-image-invalid", {
      expected: `${path} to be an image of the extension ${name}, a squashfs image with ${release}`,
      found: epoch === undefined ? "not a squashfs image" : "a squashfs image without that file",
      next: `build it with ./kiln build ${name}`,
    });
  }
  const found = parseExtensionRelease(text).get("ARCHITECTURE");
  if (found !== architecture) {
    throw new KilnError("architecture-mismatch", {
      expected: `${path} to be an image of ${name} for ${architecture}`,
      found: found === undefined ? "an image without an architecture" : `an image for ${found}`,
      next: `use the extension's image for ${architecture}`,
    });
  }
  return epoch;
}

/** A small file of an image; undefined if the image lacks it or cannot be read. */
async function readFromImage(image: string, path: string): Promise<string | undefined> {
  const { status, stdout } = await withImage(image, (read) => read(["unsquashfs", "-cat", imagePath, path]));
  return status === 0 ? stdout : undefined;
}

/** The date in a squashfs superblock (Linux, Documentation/filesystems/squashfs.rst), if there is one. */
async function squashfsDate(path: string): Promise<number | undefined> {
  await using file = await openRegularFile(path, { followLink: true });
  const { buffer, bytesRead } = await file.read(Buffer.alloc(12), 0, 12, 0);
  return bytesRead === buffer.length && buffer.toString("latin1", 0, 4) === "hsqs"
    ? buffer.readUInt32LE(8)
    : undefined;
}
