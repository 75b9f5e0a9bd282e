import { compareUpstreamVersions, loadRepository, type Definition } from "@sysext-kiln/extension";
import { openUpstream, sharedAccess, type Upstream } from "@sysext-kiln/version-watcher";
import { extensions } from "./paths.ts";

/** The newest version of an extension of this repository in Debian, and the upstream that has it. */
export async function newestInDebian(
  name: string,
): Promise<{ definition: Definition; upstream: Upstream; version: string }> {
  const extension = (await loadRepository(extensions)).extensions.find(
    ({ definition }) => definition.name === name,
  );
  if (!extension) throw new Error(`there is no extension ${name}`);
  const { definition } = extension;
  const upstream = openUpstream(
    "debian",
    extension,
    sharedAccess()(() => undefined),
  );
  const versions = (await upstream.versions()).map((one) => one.version);
  return { definition, upstream, version: versions.toSorted(compareUpstreamVersions).at(-1) ?? "" };
}
