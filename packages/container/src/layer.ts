import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { run } from "@sysext-kiln/machine";

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
    const owner = ["--owner=0", "--group=0", "--numeric-owner"];
    const order = ["--sort=name", "--format=ustar", `--mtime=@${epoch}`];
    const names = (await readdir(tree)).toSorted();
    await run("tar", ["--create", "--file", archive, "--directory", tree, ...owner, ...order, ...names]);
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
