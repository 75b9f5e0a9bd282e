import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { kilnHostName, nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { afterAll, beforeAll } from "vitest";
import { users } from "./host-services.ts";
import { main } from "./paths.ts";

/** Images of this repository's extensions, as the pipeline builds them for this machine's architecture. */
export interface HostImages {
  /** Its path on this machine; its record is beside it. */
  path: (extension: Ours | typeof kilnHostName) => string;
  /** What `serving` returns for a healthy service. */
  healthy: (extension: Ours) => { user: string; version: string | undefined };
  /** Puts an image and its link into a host's root file system, as Ignition does at first boot. */
  link(root: string, extension: Ours | typeof kilnHostName): Promise<void>;
  /** Puts an image into the folder in which systemd-sysext finds it without any configuration. */
  copy(root: string, extension: Ours): Promise<void>;
}

export const ours = ["etcd", "keepalived"] as const;

export type Ours = (typeof ours)[number];

/**
 * Images for a test file: built before its first test, or taken from the cache, and gone after its last one.
 */
export function useHostImages(): HostImages {
  let folder = "";
  let files: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kiln-images-"));
    for (const extension of [...ours, kilnHostName]) {
      const args = ["build", extension, "--arch", nativeArchitecture(), "--output", folder];
      await run(process.execPath, [main, ...args]);
    }
    files = (await readdir(folder)).filter((name) => name.endsWith(".raw"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const named = (extension: string) => files.find((name) => name.startsWith(`${extension}-`)) ?? "";
  return {
    path: (extension) => join(folder, named(extension)),
    healthy: (extension) => ({
      user: users[extension],
      version: /-v?(\d+\.\d+\.\d+)/.exec(named(extension))?.[1],
    }),
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
  };
}
