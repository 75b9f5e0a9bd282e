import { cp, mkdir, readdir, readFile, readlink, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { HostSuite } from "@sysext-kiln/booted-host";
import { run } from "@sysext-kiln/machine";
import { recordWrites, type Crash, type Recording, type Replayer } from "@sysext-kiln/testbed";
import { expect } from "vitest";
import { bootHelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";

/** What a host is updated to: from an old version to one that is unhealthy, and then to one that is healthy. */
const [old, bad, good] = ["3.5.1", "3.5.2", "3.5.3"] as const;

/** What kiln-host writes to, and what is on the recorded disk. */
const kept = ["/etc/extensions", "/opt/extensions", "/var/lib/sysext-kiln"] as const;

export async function publishForPowerLoss(): Promise<HelloReleases> {
  const releases = await openHelloReleases();
  await releases.offer([old]);
  await releases.offer([bad], { state: "unhealthy" });
  await releases.offer([good]);
  return releases;
}

/** Records what kiln-host and systemd write on a booted host during both updates. */
export function recordHost(releases: HelloReleases, suite: HostSuite): Promise<Recording> {
  return recordWrites({
    fill: async (folder) => {
      for (const path of kept) await mkdir(join(folder, path), { recursive: true });
    },
    work: async (folder) => {
      await using hello = await bootHelloHost(releases, {
        suite,
        first: old,
        storage: folder.storage(kept),
        prepare: async (root) => {
          for (const path of kept) {
            await mkdir(join(root, path), { recursive: true });
            await run("cp", ["--archive", `${join(root, path)}/.`, join(folder.path, path)]);
          }
        },
      });
      expect(await hello.update()).toBe(0);
      expect(await hello.status()).toMatchObject({ state: "settled", inUse: imageOf(old) });
      await folder.begin();
      await hello.setLatest(bad);
      expect(await hello.update()).not.toBe(0);
      await hello.setLatest(good);
      expect(await hello.update()).toBe(0);
      expect(await hello.status()).toMatchObject({ state: "settled", inUse: imageOf(good) });
    },
  });
}

/** Boots a host with what a power failure left on the disk, and expects kiln-host to settle and to update it. */
export async function expectToRecover(
  releases: HelloReleases,
  suite: HostSuite,
  { name, disk }: Crash,
  replayer: Replayer,
): Promise<void> {
  await using hello = await bootHelloHost(releases, {
    suite,
    first: old,
    prepare: (root) =>
      replayer.mounted(disk, async (folder) => {
        for (const path of kept) {
          await rm(join(root, path), { recursive: true, force: true });
          await cp(join(folder.path, path), join(root, path), { recursive: true, verbatimSymlinks: true });
        }
      }),
  });
  const { host, update, status, state, setLatest } = hello;
  await host.waitFor(`hello after the crash ${name}`, async () => (await state()).running !== "");
  await update();
  const afterFirst = await status();
  expect({ crash: name, ...afterFirst }).toMatchObject({ state: "settled" });
  expect({ name, inUse: afterFirst.inUse }).not.toMatchObject({ inUse: imageOf(bad) });
  await setLatest(good);
  expect({ name, status: await update() }).toEqual({ name, status: 0 });
  const { inUse, refused } = await status();
  const wrongly = refused.map(({ image }) => image).filter((image) => image !== imageOf(bad));
  expect({ name, inUse, wrongly }).toEqual({ name, inUse: imageOf(good), wrongly: [] });
}

/** What is damaged on a disk after a power failure: a line for each state or linked image that is not whole. */
export async function findDamage(
  releases: HelloReleases,
  { disk }: Crash,
  replayer: Replayer,
): Promise<string[]> {
  return replayer.mounted(disk, async ({ path }) => {
    const damaged: string[] = [];
    for (const name of await readdir(join(path, "var/lib/sysext-kiln/state"))) {
      const text = await readFile(join(path, "var/lib/sysext-kiln/state", name), "utf8");
      const isComplete = /\nchecksum=[0-9a-f]{64}\n$/.test(text);
      // What a crash leaves of a file that was never renamed does not matter.
      if (!isComplete && !name.endsWith(".new")) damaged.push(`${name}: ${JSON.stringify(text)}`);
    }
    for (const name of ["hello", "kiln-host"]) {
      const target = await readlink(join(path, `etc/extensions/${name}.raw`));
      const found = await readFile(join(path, target)).catch(() => undefined);
      const version = /-(\d[\d.]*)-/.exec(basename(target))?.[1] ?? "";
      const release = join(releases.folder, `public/releases/download/${name}-v${version}`, basename(target));
      if (found === undefined || !found.equals(await readFile(release)))
        damaged.push(`${target} is not whole`);
    }
    return damaged;
  });
}
