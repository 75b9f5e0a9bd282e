import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { KilnError } from "@sysext-kiln/error";
import { makeFolder } from "@sysext-kiln/machine";
import { originLabels, sourceLabel, type ImageConfig } from "./image-config.ts";
import { digest, type Layer } from "./layer.ts";

/** The image of one architecture. */
export interface PlatformImage {
  layer: Layer;
  config: ImageConfig;
}

/** A finished OCI image layout. */
export interface BuiltContainer {
  path: string;
  /** The digest of the index, which names the image of every architecture. */
  digest: string;
  /** The version as a tag. */
  version: string;
  /** A tag that is derived from the contents. */
  tag: string;
  /** Compressed size of each architecture's layer, in bytes. */
  sizes: Readonly<Record<string, number>>;
}

const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

const versionLabel = "org.opencontainers.image.version";

/**
 * Writes an OCI image layout: an index of the images of all architectures, and everything that it refers to.
 */
export async function writeLayout(images: readonly PlatformImage[], output: string): Promise<BuiltContainer> {
  await requireOwnFolder(output);
  const partial = `${output}.partial-${process.pid}`;
  const blobs = join(partial, "blobs/sha256");
  await makeFolder(blobs);
  const add = async (mediaType: string, content: Buffer) => {
    const hash = digest(content);
    await writeFile(join(blobs, hash.slice("sha256:".length)), content);
    return { mediaType, digest: hash, size: content.length };
  };
  try {
    const manifests = [];
    for (const { layer, config } of images) {
      const manifest = {
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: await add(mediaTypes.config, json(config)),
        layers: [await add(mediaTypes.layer, layer.gzip)],
        annotations: config.config.Labels,
      };
      const { architecture, os } = config;
      manifests.push({ ...(await add(mediaTypes.manifest, json(manifest))), platform: { architecture, os } });
    }
    const annotations = images[0]?.config.config.Labels ?? {};
    const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests, annotations };
    const described = await add(mediaTypes.index, json(index));
    const version = annotations[versionLabel] ?? "";
    const tag = `${version}-sha256-${contentDigest(images)}`;
    const named = {
      ...described,
      annotations: {
        "org.opencontainers.image.ref.name": tag,
        [versionLabel]: version,
        ...(annotations[sourceLabel] !== undefined && { [sourceLabel]: annotations[sourceLabel] }),
      },
    };
    await writeFile(
      join(partial, "index.json"),
      json({ schemaVersion: 2, mediaType: mediaTypes.index, manifests: [named] }),
    );
    await writeFile(join(partial, "oci-layout"), json({ imageLayoutVersion: "1.0.0" }));
    await rm(output, { recursive: true, force: true });
    await rename(partial, output);
    const sizes = Object.fromEntries(
      images.map(({ layer, config }) => [config.architecture, layer.gzip.length]),
    );
    return { path: output, digest: described.digest, version, tag, sizes };
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

/**
 * Checks that writing a layout would overwrite nothing but a layout.
 * @throws KilnError `usage`
 */
export async function requireOwnFolder(output: string): Promise<void> {
  await makeFolder(dirname(output));
  if (!existsSync(output) || existsSync(join(output, "oci-layout"))) return;
  const names = await readdir(output).catch(() => ["a file"]);
  if (names.length === 0) return;
  throw new KilnError("usage", {
    expected: `${output} to be a new folder, or one with a container in it`,
    found: names.slice(0, 3).join(", "),
    next: "give another folder with --output",
  });
}

/** A short digest of the contents, without the labels for the repository and the commit. */
function contentDigest(images: readonly PlatformImage[]): string {
  const contents = images.map(({ layer, config: { config, ...rest } }) => {
    const { Labels: labels, ...runtime } = config;
    const own = Object.entries(labels).filter(([name]) => !originLabels.includes(name));
    return { layer: digest(layer.gzip), ...rest, runtime, own };
  });
  return createHash("sha256").update(JSON.stringify(contents)).digest("hex").slice(0, 12);
}

/** Without a trailing newline, which programs that print a document may add or remove. */
function json(document: unknown): Buffer {
  return Buffer.from(JSON.stringify(document));
}
