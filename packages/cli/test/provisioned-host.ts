import { bootHost, openNetwork, type Host, type HostSuite, type Storage } from "@sysext-kiln/booted-host";
import { applyIgnition } from "@sysext-kiln/testbed";
import type { ReleaseServer } from "./release-server.ts";

export interface ProvisionedHostOptions {
  suite: HostSuite;
  server: Pick<ReleaseServer, "ports">;
  /** Configurations in Ignition's format, merged. */
  ignition: readonly string[];
  /** Changes the root file system after Ignition. */
  prepare?: ((root: string) => Promise<void>) | undefined;
  storage?: Storage | undefined;
}

/** Boots a host as Ignition provisions it, in a network in which it reaches only the release server. */
export async function bootProvisionedHost({
  suite,
  server,
  ignition,
  prepare,
  storage,
}: ProvisionedHostOptions): Promise<Host> {
  await using stack = new AsyncDisposableStack();
  const network = stack.use(await openNetwork());
  for (const port of server.ports) await network.expose(port);
  const host = stack.use(
    await bootHost({
      suite,
      network,
      storage,
      prepare: async (root) => {
        await applyIgnition(root, ...ignition);
        await prepare?.(root);
      },
    }),
  );
  const resources = stack.move();
  const stop = () => resources.disposeAsync();
  return { ...host, stop, [Symbol.asyncDispose]: stop };
}
