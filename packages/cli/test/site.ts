import { mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { applyIgnition } from "@sysext-kiln/testbed";
import { openFront, type Front } from "./front.ts";
import { serveDirectory } from "./serve.ts";
import { bootHost, type Host, type HostSuite, openNetwork } from "@sysext-kiln/booted-host";

/** What was published, as GitHub would serve it to one host: a test can switch it, and break its connections. */
export interface Site extends AsyncDisposable {
  baseUrl: string;
  ports: number[];
  front: Front;
  /** Lets hosts see the update directory of a tag. */
  show(tag: string): Promise<void>;
  /** A file of the update directory that hosts see. */
  file(name: string): string;
}

/** Serves a folder with `releases/download/`, which shows no update directory yet. */
export async function openSite(root: string): Promise<Site> {
  await using stack = new AsyncDisposableStack();
  const latest = join(root, "releases/latest");
  await mkdir(latest, { recursive: true });
  const served = stack.use(await serveDirectory(root, "example/extensions"));
  const [assets = 0, site = 0] = served.ports;
  const front = stack.use(await openFront(site));
  const resources = stack.move();
  return {
    baseUrl: `http://127.0.0.1:${front.port}/example/extensions`,
    ports: [assets, front.port],
    front,
    async show(tag) {
      await rm(join(latest, "next"), { force: true });
      await symlink(`../download/${tag}`, join(latest, "next"));
      await rename(join(latest, "next"), join(latest, "download"));
    },
    file: (name) => join(latest, "download", name),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

export interface FollowerOptions {
  suite: HostSuite;
  site: Site;
  /** Configurations in Ignition's format, merged. */
  ignition: readonly string[];
  /** Changes the root file system after Ignition. */
  prepare?: ((root: string) => Promise<void>) | undefined;
}

/** Boots a host as Ignition leaves it, in a network in which it reaches the site and nothing else. */
export async function bootFollower({ suite, site, ignition, prepare }: FollowerOptions): Promise<Host> {
  await using stack = new AsyncDisposableStack();
  const network = stack.use(await openNetwork());
  for (const port of site.ports) await network.expose(port);
  const host = await bootHost({
    suite,
    network,
    prepare: async (root) => {
      await applyIgnition(root, ...ignition);
      await prepare?.(root);
    },
  });
  const resources = stack.move();
  const stop = async () => {
    await host.stop();
    await resources.disposeAsync();
  };
  return { ...host, stop, [Symbol.asyncDispose]: stop };
}
