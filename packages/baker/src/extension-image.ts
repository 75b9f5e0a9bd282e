import { open } from "node:fs/promises";
import { KilnError } from "@sysext-kiln/error";
import type { Architecture } from "@sysext-kiln/extension";
import { tryRun } from "@sysext-kiln/machine";
import { pathOf } from "./tool.ts";

/**
 * Checks that a file is an image of an extension for an architecture, by its extension-release file, as
 * systemd-sysext does.
 * @returns the date in the image, in seconds since 1970
 * @throws KilnError `extension-image-invalid`, `architecture-mismatch`
 */
export async function checkExtensionImage(
  path: string,
  name: string,
  architecture: Architecture,
): Promise<number> {
  const epoch = await squashfsDate(path);
  const release = `usr/lib/extension-release.d/extension-release.${name}`;
  const { status, stdout } = await tryRun(await pathOf("unsquashfs"), ["-cat", path, release]);
  if (epoch === undefined || status !== 0) {
    throw new KilnError("extension-image-invalid", {
      expected: `${path} to be an image of the extension ${name}, a squashfs with ${release}`,
      found: epoch === undefined ? "not a squashfs image" : "a squashfs without that file",
      next: `build one with ./kiln build ${name}`,
    });
  }
  const found = /^ARCHITECTURE=(.*)$/m.exec(stdout)?.[1];
  if (found !== architecture) {
    throw new KilnError("architecture-mismatch", {
      expected: `an image of ${name} for ${architecture}, the architecture of its target`,
      found: found === undefined ? `no architecture in ${path}` : `${path} is for ${found}`,
      next: `use the extension's image for ${architecture}, or a target for the other architecture`,
    });
  }
  return epoch;
}

/**
 * The date in a squashfs superblock (Linux, Documentation/filesystems/squashfs.rst); undefined for anything
 * else.
 */
async function squashfsDate(path: string): Promise<number | undefined> {
  const { buffer, bytesRead } = await firstBytes(path);
  return bytesRead === buffer.length && buffer.toString("latin1", 0, 4) === "hsqs"
    ? buffer.readUInt32LE(8)
    : undefined;
}

async function firstBytes(path: string) {
  await using file = await open(path);
  return await file.read(Buffer.alloc(12), 0, 12, 0);
}
