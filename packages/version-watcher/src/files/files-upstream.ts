import type { Definition } from "@sysext-kiln/extension";
import type { Upstream } from "../upstream.ts";

/**
 * The one version of an extension that consists of its own files, as its definition has it. What is in the
 * image is part of the recipe, so the version has no inputs, and changed files are a new revision of it.
 */
export function filesUpstream({ name, upstreams }: Definition): Upstream {
  const { files } = upstreams;
  if (!files) throw new Error(`${name} has no upstream files`);
  return {
    name: "files",
    versions: () => Promise.resolve([{ version: files.version }]),
    unavailableReason: (version) =>
      Promise.resolve(
        version === files.version ? undefined : `is not ${files.version}, the version in its extension.yaml`,
      ),
    inputs: () => Promise.resolve([]),
  };
}
