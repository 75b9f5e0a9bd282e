import { hash } from "node:crypto";
import { copyFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { seededRandom } from "@sysext-kiln/testbed";
import {
  imageOf,
  openHostFolder,
  type HostFolder,
  type OfferedImage,
} from "@sysext-kiln/testbed/host-folder";
import type { BootedTwin } from "./booted-twin.ts";

/** The extension of the simulation, and the version that hosts have at first. */
export const extension = "hello";
export const firstVersion = "3.5.0";

/** When the simulation begins, in seconds since 1970. */
const epoch = 1_764_489_600;
/** The uptime of each host at that moment. */
const bootedFor = 1000;
/** How often the timer starts kiln-host, in seconds. */
const tick = 600;

export type Ring = "" | "canary" | "last";

/** What the index states about a bad version. Times are in seconds since the simulation began. */
export interface Offer {
  /** Of the index. */
  number: number;
  version: string;
  start: number;
  /** How long the rollout takes, in seconds. */
  rollout: number;
  pausedSince?: number;
  isWithdrawn?: boolean;
}

/** The real kiln-host in a folder, on a simulated clock. */
export interface SimulatedHost {
  machineId: string;
  /** The version that runs. */
  version: string;
  /** When kiln-host checks next, in seconds since the simulation began. */
  next: number;
  /** When a version became the one that runs, by its name. */
  readonly since: Map<string, number>;
  /** Gives it a ring, and lets it check at or after a time. */
  prepare(ring: Ring, firstCheck: number): Promise<void>;
  /** Lets the time pass until the next check, and runs kiln-host. */
  check(): Promise<void>;
}

/** Hosts that follow the same repository. */
export interface Fleet extends AsyncDisposable {
  readonly hosts: readonly SimulatedHost[];
  /** What the index offers beside the first version. */
  readonly offer: () => Offer | undefined;
  /** Publishes a new index; the version too, if it is new. */
  publish(offer: Offer): Promise<void>;
}

export function machineIdOf(index: number): string {
  return hash("sha256", `host ${index}`).slice(0, 32);
}

/**
 * Opens a fleet on which the first version runs.
 * @param twins booted hosts that do what the host with the same position does
 */
export async function openFleet(count: number, twins: ReadonlyMap<number, BootedTwin>): Promise<Fleet> {
  await using stack = new AsyncDisposableStack();
  const folders: HostFolder[] = [];
  for (let index = 0; index < count; index += 1) folders.push(stack.use(await openFolder(index, folders[0])));
  const [repository] = folders;
  if (repository === undefined) throw new Error("a fleet has at least one host");
  const published = new Set<string>();
  let offer: Offer | undefined;
  const publish = async (version: string) => {
    if (!published.has(version)) await repository.publish(version, { name: extension });
    published.add(version);
  };
  await publish(firstVersion);
  await repository.offer({ number: 1, images: { [firstVersion]: { extension } } });
  await inParallel(folders, (folder) => install(folder));
  const resources = stack.move();
  return {
    hosts: folders.map((folder, index) => hostIn(folder, index, twins.get(index), () => offer)),
    offer: () => offer,
    async publish(next) {
      await publish(next.version);
      const images = { [firstVersion]: { extension }, [next.version]: imageIn(next) };
      await repository.offer({ number: next.number, images });
      offer = next;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

function imageIn({ start, rollout, pausedSince, isWithdrawn }: Offer): OfferedImage {
  return {
    ...{ extension, start: epoch + start, rollout },
    ...(pausedSince !== undefined && { paused: { since: epoch + pausedSince, reason: "bad" } }),
    ...(isWithdrawn && { withdrawn: "bad" }),
  };
}

async function openFolder(index: number, first: HostFolder | undefined): Promise<HostFolder> {
  const folder = await openHostFolder([extension]);
  await folder.write("world/machine-id", `${machineIdOf(index)}\n`);
  if (first === undefined) return folder;
  // All hosts have the same repository.
  await rm(join(folder.root, "world/repository"), { recursive: true });
  await symlink(join(first.root, "world/repository"), join(folder.root, "world/repository"));
  return folder;
}

async function install(folder: HostFolder): Promise<void> {
  const name = imageOf(firstVersion, extension);
  // The same bytes on each host, as the index lists them.
  const published = join(folder.root, "world/repository", extension, name);
  await copyFile(published, join(folder.root, "opt/extensions", extension, name));
  await folder.link(firstVersion, extension);
  await folder.boot();
}

function hostIn(
  folder: HostFolder,
  index: number,
  twin: BootedTwin | undefined,
  offer: () => Offer | undefined,
): SimulatedHost {
  const random = seededRandom(index);
  const phase = Math.floor(random() * tick);
  /** The first start by the timer at or after a time. */
  const tickAfter = (seconds: number) => phase + Math.max(0, Math.ceil((seconds - phase) / tick)) * tick;
  const host: SimulatedHost = {
    machineId: machineIdOf(index),
    version: firstVersion,
    next: 0,
    since: new Map(),
    async prepare(ring, firstCheck) {
      await folder.write("etc/sysext-kiln/host.conf", `RING=${ring}\n`);
      await folder.write("run/sysext-kiln/next-check", `${bootedFor + firstCheck}\n`);
      await twin?.prepare(ring);
      host.next = tickAfter(firstCheck);
    },
    async check() {
      const now = host.next;
      await folder.setTime(epoch + now);
      await folder.write("world/uptime", `${bootedFor + now}\n`);
      await folder.write("world/random", `${Math.floor(random() * 65_536)}\n`);
      const { status, summary } = await folder.kilnHost(["run"]);
      if (status !== 0) throw new Error(`host ${index} needs a person: ${summary}`);
      const { runs } = await folder.versions(extension);
      if (runs !== host.version) host.since.set(runs, now);
      host.version = runs;
      await twin?.check(runs, now, offer());
      const next = Number(await folder.read("run/sysext-kiln/next-check")) - bootedFor;
      host.next = Math.max(tickAfter(next), now + tick);
    },
  };
  return host;
}

/** Works on several hosts at a time. */
export async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}
