import { basename } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import type { Host, HostSuite } from "@sysext-kiln/booted-host";
import type { HelloReleases } from "./hello-releases.ts";
import { bootFollower, type Site } from "./site.ts";

/** A host with the extension `hello`, which follows a site of its own. */
export interface HelloHost extends AsyncDisposable {
  host: Host;
  site: Site;
  /** Lets it see the update directory as it was when a version had been published. */
  show: (version: string) => Promise<void>;
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
  const show = (version: string) => site.show(`updates-${version}`);
  await show(first);
  const where = ["--base-url", site.baseUrl, "--key", releases.keyring, "--arch", nativeArchitecture()];
  const ignition = await releases.kiln("host-config", "hello", ...where, "--format", "ignition", ...options);
  const host = stack.use(await bootFollower({ suite, site, ignition: [ignition], prepare }));
  const output = async (...command: [string, ...string[]]) => (await host.run(command)).stdout.trim();
  const resources = stack.move();
  return {
    host,
    site,
    show,
    update: async () => (await host.run(["systemctl", "start", "hello-update.service"])).status,
    state: async () => ({
      running: await output("cat", "/run/hello"),
      linked: basename(await output("readlink", "-f", "/etc/extensions/hello.raw")),
      merged: await output("sh", "-c", "/usr/bin/hello; cat /usr/share/hello/greeting"),
    }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
