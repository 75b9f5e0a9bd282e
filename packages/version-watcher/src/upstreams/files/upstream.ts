import type { FilesUpstream } from "@sysext-kiln/extension";
import type { Upstream } from "../upstream.ts";

/**
 * The one version of an extension that consists of its own files, as its definition has it. What is in the
 * image is part of the recipe, so the version has no inputs, and changed files are a new revision of it.
 */
export function filesUpstream({ version: only }: FilesUpstream): Upstream {
  return {
    name: "files",
    filesIdentity: "version",
    versions: () => Promise.resolve([{ version: only }]),
    unavailableReason: (version) =>
      Promise.resolve(version === only ? undefined : `is not ${only}, the version in its extension.yaml`),
    inputs: () => Promise.resolve([]),
  };
}
