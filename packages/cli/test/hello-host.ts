import { basename } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { applyIgnition, bootHost, openNetwork, type Host, type HostSuite } from "@sysext-kiln/testbed";
import type { HelloReleases, HelloSite } from "./hello-releases.ts";

/** A host with the extension `hello`, which follows a site of its own. */
export interface HelloHost extends AsyncDisposable {
  host: Host;
  site: HelloSite;
  /** Runs the live update as its timer would; gives the exit status. */
  update: () => Promise<number | undefined>;
  /** What runs, where the link leads, and what is merged. */
  state: () => Promise<HelloState>;
}

export interface HelloState {
  running: string;
  linked: string;
  merged: string;
}

export interface HelloHostOptions {
  suite: HostSuite;
  /** The version that it starts with. */
  first: string;
  /** Further options of `kiln host-config`. */
  options?: readonly string[];
  /** Changes the root file system after Ignition. */
  prepare?: (root: string) => Promise<void>;
}

/** Boots a host as `kiln host-config` says. */
export async function bootHelloHost(
  releases: HelloReleases,
  { suite, first, options = [], prepare }: HelloHostOptions,
): Promise<HelloHost> {
  await using stack = new AsyncDisposableStack();
  const site = stack.use(await releases.open());
  await site.show(first);
  const where = ["--base-url", site.baseUrl, "--key", releases.keyring, "--arch", nativeArchitecture()];
  const ignition = await releases.kiln("host-config", "hello", ...where, "--format", "ignition", ...options);
  const network = stack.use(await openNetwork());
  for (const port of site.ports) await network.expose(port);
  const host = stack.use(
    await bootHost({
      suite,
      network,
      prepare: async (root) => {
        await applyIgnition(root, ignition);
        await prepare?.(root);
      },
    }),
  );
  const output = async (...command: [string, ...string[]]) => (await host.run(command)).stdout.trim();
  const resources = stack.move();
  return {
    host,
    site,
    update: async () => (await host.run(["systemctl", "start", "hello-update.service"])).status,
    state: async () => ({
      running: await output("cat", "/run/hello"),
      linked: basename(await output("readlink", "-f", "/etc/extensions/hello.raw")),
      merged: await output("sh", "-c", "/usr/bin/hello; cat /usr/share/hello/greeting"),
    }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
