import { join } from "node:path";
import type { HostSuite } from "@sysext-kiln/booted-host";
import type { IndexedImage } from "@sysext-kiln/extension";
import { putFile } from "@sysext-kiln/testbed";
import { bootHelloHost } from "../hello-host.ts";
import { imageOf, type HelloReleases } from "../hello-releases.ts";
import { succeed } from "../host-services.ts";
import { indexIn, replaceIndex } from "../signed-index.ts";
import { firstVersion, type Offer, type Ring } from "./simulated-host.ts";

/** A booted host that does what a simulated one does, and must come to the same result. */
export interface BootedTwin extends AsyncDisposable {
  prepare(ring: Ring): Promise<void>;
  /**
   * Runs kiln-host with the index that is offered at a time of the simulation.
   * @param expected the version that must run afterwards
   * @throws Error if another one does
   */
  check(expected: string, now: number, offer: Offer | undefined): Promise<void>;
}

export interface TwinOptions {
  suite: HostSuite;
  machineId: string;
  /** Those that were published, the first one first. */
  versions: readonly string[];
}

/**
 * Boots a host with the first version. Its clock is the real one: instead, the index that it gets states that the
 * rollout began as long ago as it did in the simulation.
 */
export async function bootTwin(
  releases: HelloReleases,
  { suite, machineId, versions }: TwinOptions,
): Promise<BootedTwin> {
  await using stack = new AsyncDisposableStack();
  const hello = stack.use(
    await bootHelloHost(releases, {
      ...{ suite, first: firstVersion },
      prepare: (root) => putFile(join(root, "etc/machine-id"), `${machineId}\n`),
    }),
  );
  const { host, server } = hello;
  const images = new Map<string, IndexedImage>();
  const others: IndexedImage[] = [];
  for (const version of versions) {
    await hello.setLatest(version);
    for (const image of (await indexIn(server)).images)
      if (image.name === imageOf(version)) images.set(version, image);
      else if (version === firstVersion) others.push(image);
  }
  await hello.setLatest(firstVersion);
  await host.waitFor("the service", async () => (await hello.state()).running !== "");
  const imageWith = (version: string, fields: Partial<IndexedImage>) => {
    const image = images.get(version);
    return image === undefined ? [] : [{ ...image, ...fields }];
  };
  const resources = stack.move();
  return {
    async prepare(ring) {
      const lines = `CLOCK=trusted\\nRING=${ring}\\n`;
      const script = `sed -i '/^CLOCK=/d; /^RING=/d' "$1" && printf '${lines}' >>"$1"`;
      await succeed(host, "sh", "-c", script, "sh", "/etc/sysext-kiln/host.conf");
    },
    async check(expected, now, offer) {
      const today = Math.floor(Date.now() / 1000);
      const first = imageWith(firstVersion, { start: 0, rollout: 0 });
      const bad = offer ? imageWith(offer.version, fieldsOf(offer, today - now)) : [];
      await replaceIndex(releases, server, ({ number, created }) => ({
        ...{ number: number + 1, created: created + 1 },
        images: [...others, ...first, ...bad],
      }));
      const status = await hello.update();
      const { linked, running } = await hello.state();
      if (status === 0 && linked === imageOf(expected) && running.startsWith(`hello ${expected} `)) return;
      throw new Error(
        `on ${suite}, ${linked} runs, as "${running}", with status ${status}; in the simulation, ${expected} runs`,
      );
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** @param begin when the simulation began on the real clock */
function fieldsOf({ start, rollout, pausedSince, isWithdrawn }: Offer, begin: number): Partial<IndexedImage> {
  return {
    ...{ start: begin + start, rollout },
    ...(pausedSince !== undefined && { paused: { since: begin + pausedSince, reason: "bad" } }),
    ...(isWithdrawn && { withdrawn: "bad" }),
  };
}
