import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { runDockerfile } from "@sysext-kiln/builder";
import { architectures, spellings, type Architecture, type ImageVersion } from "@sysext-kiln/extension";
import {
  cacheDirectory,
  ensurePrograms,
  machineArchitecture,
  withWorkFolder,
  type Say,
} from "@sysext-kiln/machine";
import { imageConfig, type Origin, type UnverifiedSource } from "./image-config.ts";
import { compilerPackage, currentInputs, suites } from "./inputs.ts";
import { packLayer } from "./layer.ts";
import { layOutRoot } from "./root-file-system.ts";
import { writeLayout, type BuiltContainer, type PlatformImage } from "./layout.ts";

const baseImage = "debian:trixie-slim";

/** NET_BROADCAST, NET_ADMIN and NET_RAW, which VRRP needs. keepalivedctl passes them on to keepalived. */
const fileCapabilities = { "usr/bin/keepalivedctl": [11, 12, 13] };

export interface ContainerOptions {
  /** The path of `deploy/container`. */
  recipe: string;
  version: ImageVersion;
  /** The SPDX expression for the image's contents. */
  license: string;
  /** The extension's image for each architecture; the container gets the same keepalived, byte for byte. */
  images: Readonly<Record<Architecture, string>>;
  origin: Origin;
  /** Where an image comes from, if no upstream vouches for it. */
  unverified?: UnverifiedSource | undefined;
  say: Say;
  /** Compiles everything again, without Docker's cache. */
  uncached?: boolean;
}

/**
 * Builds the container for all architectures, as an OCI image layout in a folder that appears complete or not
 * at all. Equal images, sources and compilers give equal bytes. The documents are written here and not by
 * BuildKit: Docker's own driver exports an OCI layout only with the containerd image store, and then with
 * bytes that depend on its version.
 * @throws KilnError `build-failed`, also if gofmt, `go vet` or `go test` fails
 */
export async function buildContainer(options: ContainerOptions, output: string): Promise<BuiltContainer> {
  const { recipe, images, say, uncached = false } = options;
  await ensurePrograms(["unsquashfs"], say);
  return withWorkFolder({ parent: cacheDirectory("work") }, async (work) => {
    const compiled = join(work, "compiled");
    await mkdir(compiled);
    const inputs = await currentInputs(recipe, say);
    const platform = `linux/${machineArchitecture()}`;
    const args = { COMPILER: `${compilerPackage}=${inputs.compiler}` };
    const compilation = { context: recipe, output: compiled, image: baseImage, suites, platform, args };
    await runDockerfile(compilation, work, { say, uncached });
    const platforms: PlatformImage[] = [];
    for (const architecture of architectures) {
      say(`packing ${architecture}`);
      const root = join(work, architecture);
      await layOutRoot({ root, recipe, compiled, architecture, image: images[architecture] });
      const { mtimeMs } = await stat(join(root, "usr/bin/keepalived"));
      const epoch = Math.floor(mtimeMs / 1000);
      const layer = await packLayer(root, { epoch, capabilities: fileCapabilities });
      const { debian } = spellings[architecture];
      platforms.push({ layer, config: imageConfig(options, inputs, debian, layer.diffId, epoch) });
    }
    return writeLayout(platforms, output);
  });
}
