import { hash } from "node:crypto";
import {
  type OfferedIndex,
  settledHost,
  type HostFolder,
  statusOf,
  imageOf,
  type ImageOptions,
} from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const [before, old, next] = ["3.5.9", "3.5.10", "3.5.11"] as const;
const start = 1_764_489_600;
const hour = 3600;
const rollout = 48 * hour;

/** A host that runs a version and follows the index. */
async function hostOn(
  version: string,
  images: OfferedIndex["images"],
  { settings = "", ...options }: ImageOptions & { settings?: string } = {},
): Promise<HostFolder> {
  const host = await settledHost(version, options);
  await host.write("etc/sysext-kiln/host.conf", settings);
  for (const one of [before, old, next]) await host.publish(one, options);
  await host.offer({ number: 1, images });
  await host.run();
  return host;
}

/** Runs the host at a time, in hours after the start of the rollout; returns what runs then. */
async function runAt(host: HostFolder, hours: number): Promise<string> {
  await host.setTime(Math.floor(start + hours * hour));
  await host.run();
  return (await host.versions()).runs;
}

/** When the host's turn for `next` comes, in hours: what docs/rollouts.md says. */
function turnOf(machineId: string): number {
  const digits = hash("sha256", `${machineId} etcd ${next}`).slice(0, 4);
  return ((Number.parseInt(digits, 16) / 65536) * rollout) / hour;
}

describe("a rollout", () => {
  const images = { [old]: {}, [next]: { start, rollout } };

  test("reaches a host when its turn has come, which depends on its machine id", async () => {
    for (const machineId of ["a".repeat(32), "b".repeat(32), "c".repeat(32)]) {
      await using host = await hostOn(old, { [old]: {} });
      await host.write("world/machine-id", `${machineId}\n`);
      await host.offer({ number: 2, images });
      const turn = turnOf(machineId);
      expect(await runAt(host, turn - 0.01)).toBe(old);
      expect(await statusOf(host)).toMatchObject({
        offered: expect.stringMatching(/^etcd-3\.5\.11-x86-64\.raw: its turn is at 2025-/),
        waitingFor: null,
      });
      expect(await runAt(host, turn + 0.01)).toBe(next);
    }
  });

  test("reaches a host with RING=canary at once, and one with RING=last at its end", async () => {
    await using canary = await hostOn(old, images, { settings: "RING=canary\n" });
    expect((await canary.versions()).runs).toBe(next);
    await using last = await hostOn(old, images, { settings: "RING=last\n" });
    expect(await runAt(last, 47.9)).toBe(old);
    expect(await runAt(last, 48.1)).toBe(next);
  });

  test("waits visibly while the clock may be wrong, unless the settings trust it", async () => {
    await using host = await hostOn(old, { [old]: {} });
    await host.write("world/clock-is-wrong", "");
    await host.offer({ number: 2, images });
    expect(await runAt(host, 100)).toBe(old);
    expect(await statusOf(host)).toMatchObject({
      offered: expect.stringContaining("clock is not synchronised"),
    });
    await host.write("etc/sysext-kiln/host.conf", "CLOCK=trusted\n");
    expect(await runAt(host, 100)).toBe(next);
  });

  test("is asked for again when the turn comes, so that a pause is seen in time", async () => {
    await using host = await hostOn(old, { [old]: {} });
    await host.write("world/machine-id", `${"a".repeat(32)}\n`);
    const turn = turnOf("a".repeat(32)) * hour;
    await host.setTime(Math.floor(start + turn) - 1000);
    await host.offer({ number: 2, images });
    await host.run();
    const delay =
      Number(await host.read("run/sysext-kiln/next-check")) - Number(await host.read("world/uptime"));
    expect(delay).toBeGreaterThan(990);
    expect(delay).toBeLessThanOrEqual(1001);
    await host.offer({
      number: 3,
      images: { [old]: {}, [next]: { start, rollout, paused: { since: start, reason: "slow" } } },
    });
    expect(await runAt(host, 47)).toBe(old);
    expect(await statusOf(host)).toMatchObject({ offered: `${imageOf(next)}: paused: slow` });
  });

  test("that is paused leaves the version on hosts that have it", async () => {
    await using host = await hostOn(old, images, { settings: "RING=canary\n" });
    await host.offer({
      number: 2,
      images: { [old]: {}, [next]: { paused: { since: start, reason: "slow" } } },
    });
    expect(await runAt(host, 1)).toBe(next);
  });

  test("does not pass an image that was downloaded before the pause, and waits", async () => {
    const restartLock = "echo busy; [ -e /nonexistent ]\n";
    await using host = await hostOn(old, { [old]: {}, [next]: {} }, { restartLock });
    expect(await statusOf(host)).toMatchObject({ waitingFor: imageOf(next), waitingReason: "busy" });
    await host.offer({
      number: 2,
      images: { [old]: {}, [next]: { paused: { since: start, reason: "slow" } } },
    });
    await host.run();
    expect(await statusOf(host)).toMatchObject({ waitingFor: null });
  });
});

describe("a version that was withdrawn", () => {
  const withdrawn = { [before]: {}, [old]: {}, [next]: { withdrawn: "loses data" } };

  test("is left for the newest one that is allowed, an older one too, and is not taken again", async () => {
    await using host = await hostOn(next, { [next]: {} });
    await host.offer({ number: 2, images: withdrawn });
    expect(await runAt(host, 1)).toBe(old);
    expect(await runAt(host, 2)).toBe(old);
    expect(await statusOf(host)).toMatchObject({ state: "settled", inUse: imageOf(old), withdrawn: null });
  });

  test("is left for a newer one, if there is one", async () => {
    await using host = await hostOn(old, { [old]: {} });
    await host.offer({ number: 2, images: { [old]: { withdrawn: "loses data" }, [next]: {}, [before]: {} } });
    expect(await runAt(host, 1)).toBe(next);
  });

  test("is never taken by others", async () => {
    await using host = await hostOn(old, withdrawn);
    expect(await host.images()).toEqual([imageOf(old)]);
  });

  test("is not left for an older one that it does not allow, and a person is told", async () => {
    await using host = await settledHost("3.6.0", { rollback: "series" });
    for (const version of [old, "3.6.0"]) await host.publish(version, { rollback: "series" });
    await host.offer({ number: 1, images: { [old]: {}, "3.6.0": { withdrawn: "loses data" } } });
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(stdout).toContain(
      "was withdrawn (loses data), and there is no other image that this host may take",
    );
    expect((await host.versions()).runs).toBe("3.6.0");
    expect(await statusOf(host)).toMatchObject({ withdrawn: "loses data" });
  });

  test("stays on a host that is held, and the host says so", async () => {
    await using host = await hostOn(next, { [next]: {} });
    await host.kilnHost(["hold", "etcd"]);
    await host.offer({ number: 2, images: withdrawn });
    expect(await host.run()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("kiln-host unhold etcd"),
    });
    expect((await host.versions()).runs).toBe(next);
  });

  test("is offered again when the withdrawal is undone", async () => {
    await using host = await hostOn(next, { [next]: {} });
    await host.offer({ number: 2, images: withdrawn });
    expect(await runAt(host, 1)).toBe(old);
    await host.offer({ number: 3, images: { [old]: {}, [next]: {} } });
    expect(await runAt(host, 2)).toBe(next);
  });

  test("is removed from the disk once it is neither in use nor the way back", async () => {
    await using host = await hostOn(next, { [next]: {} });
    await host.offer({ number: 2, images: withdrawn });
    await runAt(host, 1);
    for (const version of ["3.5.12", "3.5.13"]) await host.publish(version);
    const later = { [old]: {}, [next]: { withdrawn: "loses data" } };
    await host.offer({ number: 3, images: { ...later, "3.5.12": {} } });
    await runAt(host, 2);
    await host.offer({ number: 4, images: { ...later, "3.5.12": {}, "3.5.13": {} } });
    await runAt(host, 3);
    expect(await host.images()).toEqual([imageOf("3.5.12"), imageOf("3.5.13")]);
  });
});

test("rollback to a version that is not on disk downloads it by its digest", async () => {
  await using host = await hostOn(next, { [before]: {}, [old]: {}, [next]: {} });
  await host.write("world/calls", "");
  expect(await host.kilnHost(["rollback", "etcd", before])).toMatchObject({ status: 0 });
  expect(await host.read("world/calls")).toContain(`pull ${imageOf(before)}`);
  expect((await host.versions()).runs).toBe(before);
});

test("the metrics state what monitoring needs to know", async () => {
  await using host = await hostOn(old, { [old]: { withdrawn: "loses data" } });
  await host.offer({ number: 7, expires: start + 1000, images: { [old]: { withdrawn: "loses data" } } });
  await host.run();
  const metrics = await host.read("run/sysext-kiln/metrics.prom");
  expect(metrics.split("\n").filter((line) => !line.startsWith("#"))).toEqual([
    `kiln_host_last_run_timestamp_seconds ${start}`,
    'kiln_host_extension_info{extension="etcd",version="3.5.10",state="settled"} 1',
    'kiln_host_extension_waiting_seconds{extension="etcd"} 0',
    'kiln_host_extension_fetch_failed_seconds{extension="etcd"} 0',
    'kiln_host_extension_refused_images{extension="etcd"} 0',
    'kiln_host_extension_withdrawn{extension="etcd"} 1',
    'kiln_host_extension_held{extension="etcd"} 0',
    'kiln_host_index_number{extension="etcd"} 7',
    `kiln_host_index_created_timestamp_seconds{extension="etcd"} ${start + 7}`,
    `kiln_host_index_expires_timestamp_seconds{extension="etcd"} ${start + 1000}`,
    "kiln_host_person_needed 1",
    "",
  ]);
});
