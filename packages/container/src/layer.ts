import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { writeTar } from "@sysext-kiln/machine";

/** A layer of a container image (OCI image specification, "Image Layer Filesystem Changeset"). */
export interface Layer {
  gzip: Buffer;
  /** Digest of the archive before compression. */
  diffId: string;
}

/**
 * Packs a tree. The same tree gives the same bytes, whatever its owner and modification times.
 * @param epoch the date of every entry, in seconds since 1970
 */
export async function packLayer(tree: string, epoch: number): Promise<Layer> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-layer-"));
  try {
    const archive = join(folder, "layer.tar");
    const names = (await readdir(tree)).toSorted();
    await writeTar(archive, { folder: tree, names, epoch, options: ["--format=ustar"] });
    const tar = await readFile(archive);
    return { gzip: gzipSync(tar, { level: 9 }), diffId: digest(tar) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** A digest as OCI writes it, `sha256:...`. */
export function digest(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
