import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { entriesOf } from "@sysext-kiln/builder";
import { packTar, type TarEntry } from "modern-tar";

/** A layer of a container image (OCI image specification, "Image Layer Filesystem Changeset"). */
export interface Layer {
  gzip: Buffer;
  /** Digest of the archive before compression. */
  diffId: string;
}

export interface LayerOptions {
  /** The date of every entry, in seconds since 1970. */
  epoch: number;
  /** The capabilities that a user other than root gets with a file, by its path: numbers of capabilities(7). */
  capabilities: Readonly<Record<string, readonly number[]>>;
}

/**
 * Packs a tree. The same tree gives the same bytes, whatever its owner and modification times. Not with tar(1),
 * which reads capabilities from the files, and only root can give a file any.
 */
export async function packLayer(tree: string, { epoch, capabilities }: LayerOptions): Promise<Layer> {
  const entries = await entriesOf(tree);
  const common = { mtime: new Date(epoch * 1000), uid: 0, gid: 0 };
  const packed = entries.map(async ({ path, type, mode, size, target = "" }): Promise<TarEntry> => {
    if (type === "directory") return { header: { ...common, name: `${path}/`, type, size: 0, mode } };
    if (type === "link")
      return { header: { ...common, name: path, type: "symlink", size: 0, mode, linkname: target } };
    const numbers = capabilities[path];
    const header = { ...common, name: path, type: "file" as const, size, mode };
    return {
      header: numbers === undefined ? header : { ...header, pax: capabilityAttribute(numbers) },
      body: await readFile(join(tree, path)),
    };
  });
  const tar = Buffer.from(await packTar(await Promise.all(packed)));
  return { gzip: gzipSync(tar, { level: 9 }), diffId: digest(tar) };
}

/**
 * The attribute `security.capability` (struct vfs_cap_data of linux/capability.h), as GNU tar and container
 * runtimes expect it in an archive. The capabilities are permitted, not effective: with effective ones the
 * kernel would not even start the program in a container that lacks one of them (capabilities(7), "File
 * capabilities").
 */
function capabilityAttribute(numbers: readonly number[]): Record<string, string> {
  const revision2 = 0x02_00_00_00;
  const value = Buffer.alloc(20);
  value.writeUInt32LE(revision2, 0);
  value.writeUInt32LE(
    numbers.reduce((set, number) => set | (1 << number), 0),
    4,
  );
  // All bytes are ASCII, so the text has the same ones.
  return { "SCHILY.xattr.security.capability": value.toString("latin1") };
}

/** A digest as OCI writes it, `sha256:...`. */
export function digest(content: Buffer): string {
  return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
