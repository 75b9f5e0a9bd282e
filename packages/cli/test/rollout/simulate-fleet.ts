import { hostSuites } from "@sysext-kiln/booted-host";
import { openHelloReleases } from "../hello-releases.ts";
import { bootTwin, type BootedTwin } from "./booted-twin.ts";
import { firstVersion, machineIdOf, openFleet } from "./simulated-host.ts";
import { badVersions, revealingHosts, simulateRollouts } from "./simulation.ts";

export interface FleetOptions {
  /** The number of hosts. */
  count: number;
  /** Whether six of them are booted as well, two with each systemd; this needs root. */
  boots: boolean;
  /** Receives what happens now. */
  say: (line: string) => void;
}

/** Simulates the rollouts of docs/rollouts.md. @returns its table */
export async function simulateFleet({ count, boots, say }: FleetOptions): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const twins = new Map<number, BootedTwin>();
  if (boots) {
    const releases = stack.use(await openHelloReleases());
    const versions = [firstVersion, ...badVersions];
    for (const version of versions) await releases.offer([version]);
    for (const [position, index] of revealingHosts(count).entries()) {
      const suite = hostSuites[position % hostSuites.length] ?? hostSuites[0];
      say(`booting host ${index} with ${suite}`);
      twins.set(
        index,
        stack.use(await bootTwin(releases, { suite, machineId: machineIdOf(index), versions })),
      );
    }
  }
  const fleet = stack.use(await openFleet(count, twins));
  return await simulateRollouts(fleet, say);
}
