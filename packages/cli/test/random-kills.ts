import { existsSync } from "node:fs";
import { readlink } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Host, HostSuite } from "@sysext-kiln/booted-host";
import { pick, seededRandom, type Random } from "@sysext-kiln/testbed";
import { expect } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";
import { updateCommand } from "./kiln-host.ts";

/** The versions that hosts are updated to, one after the other: each second one is unhealthy. */
const versions = Array.from({ length: 20 }, (_, index) => `3.5.${index + 1}`);
const first = "3.5.0";
const isHealthy = (version: string) => versions.indexOf(version) % 2 === 1;

/** The longest time after the start of a run that it is killed, in milliseconds: about as long as a run takes. */
const longestRunMs = 12_000;

/** What is killed: kiln-host, or the whole host, which boots again. */
const kills = {
  "kiln-host": async (host: Host) => {
    await host.run(["systemctl", "kill", "--signal=KILL", "kiln-host.service"]);
  },
  "the host": async (host: Host) => {
    await host.cutPower();
    await host.boot();
  },
  "the host, which shuts down": (host: Host) => host.reboot(),
} as const;

const kinds = ["kiln-host", "kiln-host", "the host", "the host, which shuts down"] as const;

/** @param count how many versions are published besides the first one */
export async function publishVersions(count: number): Promise<HelloReleases> {
  const releases = await openHelloReleases();
  await releases.offer([first]);
  for (const version of versions.slice(0, count))
    await releases.offer([version], { state: isHealthy(version) ? "healthy" : "unhealthy" });
  return releases;
}

export interface KillOptions {
  readonly suite: HostSuite;
  readonly seed: number;
  /** How many versions the host is updated to. */
  readonly updates: number;
  readonly killsPerUpdate: number;
}

/** Kills kiln-host and its host during updates, and expects each version to be taken or refused as it deserves. */
export async function expectToSurvive(releases: HelloReleases, options: KillOptions): Promise<void> {
  const { suite, seed, updates, killsPerUpdate } = options;
  const random = seededRandom(seed);
  await using hello = await bootHelloHost(releases, { suite, first });
  await runUntilSettled(hello);
  let good = first;
  for (const version of versions.slice(0, updates)) {
    await hello.setLatest(version);
    const history = [`seed ${seed}`, version];
    for (let kill = 0; kill < killsPerUpdate; kill += 1) {
      history.push(await killDuringRun(hello, random));
      const linked = await linkedImage(hello.host);
      expect({ history, linked }).toMatchObject({ linked: expect.stringMatching(/^hello-.*\.raw$/) });
    }
    await runUntilSettled(hello);
    const { inUse, refused } = await hello.status();
    const reason = refused.find(({ image }) => image === imageOf(version))?.reason;
    // Refused by design: such a version may be what brings the host down.
    const isSuspect =
      reason === suspicion && history.filter((line) => line.startsWith("the host")).length >= 2;
    if (isHealthy(version) && !isSuspect) good = version;
    expect({ history, inUse }).toEqual({ history, inUse: imageOf(good) });
    const wasRefused = !isHealthy(version) || isSuspect;
    expect({ history, refused: reason !== undefined }).toEqual({ history, refused: wasRefused });
    await hello.host.waitFor(`hello ${good} (${history.join("; ")})`, async () =>
      (await hello.state()).running.startsWith(`hello ${good} healthy`),
    );
  }
}

const suspicion = "the host went down twice in its trial";

/** @returns what was killed when */
async function killDuringRun({ host }: HelloHost, random: Random): Promise<string> {
  const kind = pick(random, kinds);
  const afterMs = Math.round(random() * longestRunMs);
  await host.run(updateCommand("--no-block"));
  await delay(afterMs);
  await kills[kind](host);
  return `${kind} is killed after ${afterMs} ms`;
}

/** The image that the link leads to, if it exists on the host. */
async function linkedImage({ root }: Host): Promise<string> {
  const target = await readlink(join(root, "etc/extensions/hello.raw"));
  return existsSync(join(root, target)) ? (target.split("/").at(-1) ?? "") : `no image at ${target}`;
}

/** Runs kiln-host until a version was judged, and nothing newer is to be taken; three runs are enough after any kill. */
async function runUntilSettled({ host, update, status }: HelloHost): Promise<void> {
  for (let run = 1; run <= 3; run += 1) {
    await update();
    const { state, waitingFor } = await status();
    if (state === "settled" && waitingFor === null) return;
  }
  expect.fail(
    `not settled after three runs: ${(await succeed(host, "kiln-host", "status", "--json")).trim()}`,
  );
}
