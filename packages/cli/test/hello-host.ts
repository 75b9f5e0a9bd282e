import { basename } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import type { Host, HostSuite } from "@sysext-kiln/booted-host";
import type { HelloReleases } from "./hello-releases.ts";
import { bootProvisionedHost } from "./provisioned-host.ts";
import type { ReleaseServer } from "./release-server.ts";

/** A host with the extension `hello`, which updates from a release server of its own. */
export interface HelloHost extends AsyncDisposable {
  host: Host;
  server: ReleaseServer;
  /** Makes the update directory that was published with a version the latest one. */
  setLatest: (version: string) => Promise<void>;
  /** Runs the live update as its timer does; returns the exit status. */
  update: () => Promise<number | undefined>;
  /** The version that is running, the image that the link points to, and the version that is merged. */
  state: () => Promise<HelloState>;
}

export interface HelloState {
  running: string;
  linked: string;
  merged: string;
}

export interface HelloHostOptions {
  suite: HostSuite;
  /** The version that is the latest one when it is provisioned. */
  first: string;
  /** Further options of `kiln host-config`. */
  options?: readonly string[];
  /** Changes the root file system after Ignition. */
  prepare?: (root: string) => Promise<void>;
}

/** Boots a host with the configuration that `kiln host-config` prints. */
export async function bootHelloHost(
  releases: HelloReleases,
  { suite, first, options = [], prepare }: HelloHostOptions,
): Promise<HelloHost> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await releases.serve());
  const setLatest = (version: string) => server.setLatest(`updates-${version}`);
  await setLatest(first);
  const where = ["--base-url", server.baseUrl, "--key", releases.keyring, "--arch", nativeArchitecture()];
  const ignition = await releases.kiln("host-config", "hello", ...where, "--format", "ignition", ...options);
  const host = stack.use(await bootProvisionedHost({ suite, server, ignition: [ignition], prepare }));
  const output = async (...command: [string, ...string[]]) => (await host.run(command)).stdout.trim();
  const resources = stack.move();
  return {
    host,
    server,
    setLatest,
    update: async () => (await host.run(["systemctl", "start", "hello-update.service"])).status,
    state: async () => ({
      running: await output("cat", "/run/hello"),
      linked: basename(await output("readlink", "-f", "/etc/extensions/hello.raw")),
      merged: await output("sh", "-c", "/usr/bin/hello; cat /usr/share/hello/greeting"),
    }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
