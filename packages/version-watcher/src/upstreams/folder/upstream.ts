import type { FolderInput } from "@sysext-kiln/extension";
import type { Upstream } from "../upstream.ts";

/**
 * The one version that a folder with sources has, for a build that a person requested. It is no upstream of a
 * definition: nobody vouches for what is in the folder, so nothing that is built from it is published.
 */
export function folderUpstream(version: string, input: FolderInput): Upstream<"folder"> {
  return {
    name: "folder",
    filesIdentity: "none",
    versions: () => Promise.resolve([{ version }]),
    unavailableReason: () => Promise.resolve(undefined),
    inputs: () => Promise.resolve([input]),
  };
}
