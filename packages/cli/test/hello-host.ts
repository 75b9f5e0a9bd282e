import { basename } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import type { Host, HostSuite, Storage } from "@sysext-kiln/booted-host";
import type { HelloReleases } from "./hello-releases.ts";
import { disableTimer, type HostStatus, statusOf, updateNow } from "./kiln-host.ts";
import { bootProvisionedHost } from "./provisioned-host.ts";
import type { ReleaseServer } from "./release-server.ts";

/** A host with the extension `hello`, which updates from a release server of its own. */
export interface HelloHost extends AsyncDisposable {
  host: Host;
  server: ReleaseServer;
  /** Makes the update directory that was published with a version the latest one. */
  setLatest: (version: string) => Promise<void>;
  /** Runs kiln-host, which asks for updates at once; returns the exit status. */
  update: () => Promise<number | undefined>;
  /** The version that is running, the image that the link points to, and the version that is merged. */
  state: () => Promise<HelloState>;
  /** What `kiln-host status` reports about hello. */
  status: () => Promise<HostStatus>;
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
  /** Whether kiln-host runs by its timer; otherwise a test runs it. */
  hasTimer?: boolean;
  storage?: Storage;
}

/** Boots a host with the configuration that `kiln host-config` prints. */
export async function bootHelloHost(
  releases: HelloReleases,
  { suite, first, options = [], prepare, hasTimer = false, storage }: HelloHostOptions,
): Promise<HelloHost> {
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await releases.serve());
  const setLatest = (version: string) => server.setLatest(`updates-${version}`);
  await setLatest(first);
  const where = ["--base-url", server.baseUrl, "--key", releases.keyring, "--arch", nativeArchitecture()];
  const ignition = await releases.kiln("host-config", "hello", ...where, "--format", "ignition", ...options);
  const host = stack.use(
    await bootProvisionedHost({
      suite,
      server,
      ignition: [ignition],
      storage,
      prepare: async (root) => {
        if (!hasTimer) await disableTimer(root);
        await prepare?.(root);
      },
    }),
  );
  const resources = stack.move();
  return {
    ...helloOn(host),
    host,
    server,
    setLatest,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** What a test does on any host with hello. */
export function helloOn(host: Host): Pick<HelloHost, "update" | "state" | "status"> {
  const output = async (...command: [string, ...string[]]) => (await host.run(command)).stdout.trim();
  return {
    update: async () => (await updateNow(host)).status,
    state: async () => ({
      running: await output("cat", "/run/hello"),
      linked: basename(await output("readlink", "-f", "/etc/extensions/hello.raw")),
      merged: await output("sh", "-c", "/usr/bin/hello; cat /usr/share/hello/greeting"),
    }),
    status: () => statusOf(host, "hello"),
  };
}
