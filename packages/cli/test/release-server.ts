import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { startFaultyProxy, type FaultyProxy } from "./faulty-proxy.ts";
import { serveDirectory } from "./serve.ts";

/**
 * Serves releases to hosts as GitHub does. A test chooses the latest update directory, and can break
 * transfers.
 */
export interface ReleaseServer extends AsyncDisposable {
  baseUrl: string;
  /** The ports of this machine that hosts must reach. */
  ports: readonly number[];
  proxy: FaultyProxy;
  /** Makes the update directory of a tag the latest one. */
  setLatest(tag: string): Promise<void>;
  /** The path of a file in the latest update directory. */
  file(name: string): string;
}

/** Serves a folder with `releases/download/`, at first without a latest update directory. */
export async function startReleaseServer(root: string): Promise<ReleaseServer> {
  await using stack = new AsyncDisposableStack();
  const latest = join(root, "releases/latest");
  await mkdir(latest, { recursive: true });
  const served = stack.use(await serveDirectory(root, "example/extensions"));
  const [assets = 0, releases = 0] = served.ports;
  const proxy = stack.use(await startFaultyProxy(releases));
  const resources = stack.move();
  return {
    baseUrl: `http://127.0.0.1:${proxy.port}/example/extensions`,
    ports: [assets, proxy.port],
    proxy,
    async setLatest(tag) {
      await rm(join(latest, "next"), { force: true });
      await symlink(`../download/${tag}`, join(latest, "next"));
      await rename(join(latest, "next"), join(latest, "download"));
    },
    file: (name) => join(latest, "download", name),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}
