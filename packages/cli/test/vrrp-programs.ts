import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeArchitecture, spellings } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import type { UnpackedContainer } from "@sysext-kiln/testbed";
import { ensureTestPrograms } from "@sysext-kiln/testbed";
import { z } from "zod";
import { main } from "./paths.ts";

/** keepalived as the pipeline builds it for this machine: the extension's program, and the container. */
export interface VrrpPrograms extends AsyncDisposable {
  /** The program in the extension's image. */
  keepalived: string;
  /** The OCI image layout. */
  layout: string;
  container: UnpackedContainer;
}

/**
 * Builds both, or takes them from the cache.
 * @param source a folder with keepalived's sources; by default the newest version of the upstream is built
 */
export async function buildVrrpPrograms(source?: string): Promise<VrrpPrograms> {
  await ensureTestPrograms("unsquashfs", "runc");
  const folder = await mkdtemp(join(tmpdir(), "kiln-vrrp-"));
  const images = join(folder, "images");
  const layout = join(folder, "layout");
  const from = source === undefined ? [] : ["--source", source];
  await run(process.execPath, [main, "build", "keepalived", ...from, "--output", images]);
  await run(process.execPath, [main, "container", "build", "--images", images, "--output", layout]);
  const image = (await readdir(images)).find((name) => name.endsWith(`${nativeArchitecture()}.raw`)) ?? "";
  await run("unsquashfs", ["-no-progress", "-quiet", "-dest", join(folder, "host"), join(images, image)]);
  return {
    keepalived: join(folder, "host/usr/bin/keepalived"),
    layout,
    container: await unpack(layout, join(folder, "container")),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Builds keepalived for this machine alone, or takes it from the cache; returns its path below a folder. */
export async function buildNativeKeepalived(folder: string): Promise<string> {
  await ensureTestPrograms("unsquashfs");
  const args = ["build", "keepalived", "--arch", nativeArchitecture(), "--output", folder];
  await run(process.execPath, [main, ...args]);
  const image = (await readdir(folder)).find((name) => name.endsWith(".raw")) ?? "";
  await run("unsquashfs", ["-no-progress", "-quiet", "-dest", join(folder, "tree"), join(folder, image)]);
  return join(folder, "tree/usr/bin/keepalived");
}

const descriptorSchema = z.object({
  digest: z.string(),
  platform: z.object({ architecture: z.string() }).optional(),
});
const indexSchema = z.object({ manifests: z.array(descriptorSchema) });
const manifestSchema = z.object({ config: descriptorSchema, layers: z.array(descriptorSchema) });
const configSchema = z.object({
  config: z.object({ Entrypoint: z.array(z.string()), Env: z.array(z.string()) }),
});

/** Unpacks this machine's image from a layout, as a container runtime does. */
async function unpack(layout: string, root: string): Promise<UnpackedContainer> {
  const blob = (digest: string) => join(layout, "blobs", digest.replace(":", "/"));
  const outer = await read(join(layout, "index.json"), indexSchema);
  const index = await read(blob(outer.manifests[0]?.digest ?? ""), indexSchema);
  const { debian } = spellings[nativeArchitecture()];
  const mine = index.manifests.find(({ platform }) => platform?.architecture === debian);
  const manifest = await read(blob(mine?.digest ?? ""), manifestSchema);
  const { config } = await read(blob(manifest.config.digest), configSchema);
  await mkdir(root);
  for (const { digest } of manifest.layers) {
    const attributes = ["--xattrs", "--xattrs-include=*"];
    await run("tar", ["--extract", "--gzip", "--file", blob(digest), "--directory", root, ...attributes]);
  }
  return { root, entrypoint: config.Entrypoint, environment: config.Env };
}

async function read<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const json: unknown = JSON.parse(await readFile(path, "utf8"));
  return schema.parse(json);
}
