import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Images of this repository's extensions, as the pipeline builds them for this machine's architecture. */
export interface HostImages extends AsyncDisposable {
  /** The image's file name, by extension. */
  readonly names: Readonly<Record<Ours, string>>;
  /** The version in it, by extension. */
  readonly versions: Readonly<Record<Ours, string>>;
  /** Puts an image and its link into a host's root file system, as Ignition does at first boot. */
  link(root: string, extension: Ours): Promise<void>;
  /** Puts an image where an operator without any configuration puts it. */
  copy(root: string, extension: Ours): Promise<void>;
}

export const ours = ["etcd", "keepalived"] as const;

export type Ours = (typeof ours)[number];

/** Builds the images, or takes them from the cache. */
export async function buildHostImages(): Promise<HostImages> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-images-"));
  for (const extension of ours) {
    const args = ["build", extension, "--arch", nativeArchitecture(), "--output", folder];
    await run(process.execPath, [main, ...args]);
  }
  const files = (await readdir(folder)).filter((name) => name.endsWith(".raw"));
  const named = (extension: Ours) => files.find((name) => name.startsWith(`${extension}-`)) ?? "";
  const version = (extension: Ours) => /-v?(\d+\.\d+\.\d+)/.exec(named(extension))?.[1] ?? "";
  return {
    names: { etcd: named("etcd"), keepalived: named("keepalived") },
    versions: { etcd: version("etcd"), keepalived: version("keepalived") },
    async link(root, extension) {
      const name = named(extension);
      const folders = [join(root, "opt/extensions", extension), join(root, "etc/extensions")] as const;
      for (const path of folders) await mkdir(path, { recursive: true });
      await cp(join(folder, name), join(folders[0], name));
      await symlink(`/opt/extensions/${extension}/${name}`, join(folders[1], `${extension}.raw`));
    },
    async copy(root, extension) {
      await mkdir(join(root, "var/lib/extensions"), { recursive: true });
      await cp(join(folder, named(extension)), join(root, "var/lib/extensions", `${extension}.raw`));
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
