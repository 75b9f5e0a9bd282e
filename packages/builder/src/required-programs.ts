import { nativeArchitecture, spellings, type Architecture, type Definition } from "@sysext-kiln/extension";
import type { Program } from "@sysext-kiln/machine";

/** The programs of this machine that a build starts, a container engine apart. */
export function requiredPrograms({ upstreams }: Definition, architecture: Architecture): Program[] {
  const emulator = architecture === nativeArchitecture() ? [] : [spellings[architecture].emulator];
  const unpacking = "packages" in upstreams.debian ? (["dpkg-deb"] as const) : [];
  return ["mksquashfs", "unsquashfs", "file", ...unpacking, ...emulator];
}
