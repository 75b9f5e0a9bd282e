import { createHash } from "node:crypto";
import { KilnError } from "@sysext-kiln/error";
import type { ManifestEntry } from "../manifest.ts";
import { readAtMost, type Source } from "./source.ts";

/** A file that is what its manifest says. */
export interface VerifiedFile extends ManifestEntry {
  folder: string;
  size: number;
  /** The fingerprint of the key that signed the manifest; undefined where that was not checked. */
  signedBy?: string | undefined;
}

/** Ten times what an extension with a whole toolchain has, in bytes. */
const largestImage = 16 * 1024 ** 3;

/** The first bytes of a squashfs image. */
const squashfsMagic = "hsqs";

/** @throws KilnError `digest-mismatch`, `not-published`, `network-unreachable` */
export async function verifyFile(
  source: Source,
  folder: string,
  entry: ManifestEntry,
): Promise<VerifiedFile> {
  const hash = createHash("sha256");
  let size = 0;
  let start = Buffer.alloc(0);
  for await (const chunk of readAtMost(source, `${folder}/${entry.name}`, largestImage)) {
    hash.update(chunk);
    size += chunk.length;
    if (start.length < squashfsMagic.length) start = Buffer.concat([start, chunk.subarray(0, 8)]);
  }
  const digest = hash.digest("hex");
  if (digest !== entry.sha256)
    throw wrong(`${folder}/${entry.name} of ${source.name} to have SHA-256 ${entry.sha256}`, digest);
  if (entry.name.endsWith(".raw") && !start.toString("latin1").startsWith(squashfsMagic)) {
    throw wrong(`${folder}/${entry.name} of ${source.name} to be a squashfs image`, "another kind of file");
  }
  return { ...entry, folder, size };
}

function wrong(expected: string, found: string): KilnError {
  return new KilnError("digest-mismatch", {
    expected,
    found,
    next: "do not let hosts update from here before it is known who changed the file",
  });
}
