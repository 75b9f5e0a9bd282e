import { type BuildOrder, nativeArchitecture, spellings } from "@sysext-kiln/extension";
import type { Program } from "@sysext-kiln/machine";

/** The programs of this machine that a build starts, a container engine apart. */
export function requiredPrograms({ architecture, inputs, hostLibraries }: BuildOrder): Program[] {
  const emulator = architecture === nativeArchitecture() ? [] : [spellings[architecture].emulator];
  const hasPackages = [...inputs, ...hostLibraries].some(({ name }) => name.endsWith(".deb"));
  const unpacking = hasPackages ? (["dpkg-deb"] as const) : [];
  return ["mksquashfs", "unsquashfs", "bwrap", "file", ...unpacking, ...emulator];
}
