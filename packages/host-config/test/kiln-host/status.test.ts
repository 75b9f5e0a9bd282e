import { openHostFolder, settledHost, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const restartLock = '[ ! -e "$W/held" ] || { printf "%s\\n" "held by \\"node\\\\2\\"" "" >&2; exit 1; }';

describe("status", () => {
  test("shows what runs, what waits and why, and what was refused", async () => {
    await using host = await settledHost("3.5.8", { restartLock });
    await host.publish("3.5.9", { restartLock });
    await host.run();
    await host.publish("3.5.10", { health: "exit 1", restartLock });
    await host.run();
    await host.write("world/held", "");
    await host.publish("3.5.11");
    await host.run();
    const { status, stdout } = await host.kilnHost(["status"]);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: `etcd: settled
  in use       ${imageOf("3.5.9")}
  merged       3.5.9
  services     etcd.service running
  on disk      ${["3.5.11", "3.5.9"].map((version) => imageOf(version)).join(" ")}
  waits        ${imageOf("3.5.11")} since 2026-11-30T08:00:00Z: held by "node\\2"
  refused      ${imageOf("3.5.10")}: was unhealthy
  last asked   2026-11-30T08:00:00Z`,
    });
  });

  test("prints the same as JSON", async () => {
    await using host = await settledHost("3.5.9", { restartLock });
    await host.write("world/held", "");
    await host.publish("3.5.10");
    await host.run();
    const { status, stdout } = await host.kilnHost(["status", "--json"]);
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      extensions: [
        {
          name: "etcd",
          state: "settled",
          inUse: imageOf("3.5.9"),
          linked: imageOf("3.5.9"),
          merged: "3.5.9",
          services: "etcd.service running",
          onDisk: `${imageOf("3.5.10")} ${imageOf("3.5.9")}`,
          previous: null,
          waitingFor: imageOf("3.5.10"),
          waitingSince: "2026-11-30T08:00:00Z",
          waitingReason: 'held by "node\\2"',
          fetchFailedSince: null,
          fetchFailure: null,
          lastSuccess: "2026-11-30T08:00:00Z",
          ...{ offered: null, withdrawn: null },
          ...{ indexNumber: null, indexCreated: null, indexExpires: null },
          concern: null,
          waitedSeconds: 0,
          held: false,
          refused: [],
        },
      ],
      personNeeded: false,
      concerns: null,
    });
  });

  test("has an exit status for scripts, and says why a person is needed", async () => {
    await using host = await settledHost("3.5.9", { health: '! [ -e "$W/is-ill" ]' });
    await host.write("world/is-ill", "");
    await host.publish("3.5.10", { health: "exit 1" });
    await host.run();
    const text = await host.kilnHost(["status"]);
    expect(text.status).toBe(1);
    expect(text.stdout).toContain(`A person is needed: etcd: ${imageOf("3.5.10")} is unhealthy`);
    const json = await host.kilnHost(["status", "--json"]);
    expect(json.status).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({
      personNeeded: true,
      concerns: expect.stringContaining("is unhealthy"),
      extensions: [{ state: "unhealthy", concern: expect.stringContaining("no image to go back to") }],
    });
  });

  test("shows an extension that has never run, and one with a damaged state", async () => {
    await using host = await settledHost("3.5.9", { isForeign: true });
    await host.write("var/lib/sysext-kiln/state/etcd", "state=settled\n");
    const { status, stdout } = await host.kilnHost(["status"]);
    expect(status).toBe(0);
    expect(stdout).toContain(`etcd: unknown\n  in use       ${imageOf("3.5.9")}\n  merged       a version`);
  });

  test("does not wait, and changes nothing", async () => {
    await using host = await settledHost("3.5.9");
    const before = await host.read("var/lib/sysext-kiln/state/etcd");
    await host.write("world/date", "2030-01-01T00:00:00Z\n");
    await host.kilnHost(["status"]);
    expect(await host.read("world/steps")).toBe("1\n");
    expect(await host.read("var/lib/sysext-kiln/state/etcd")).toBe(before);
  });
});

test("reports an image that systemd-sysext skips, such as one for another architecture", async () => {
  await using host = await openHostFolder();
  await host.place("3.5.9", { isSkipped: true });
  await host.link("3.5.9");
  await host.boot();
  expect(await host.run()).toMatchObject({
    status: 1,
    stdout: expect.stringContaining(`${imageOf("3.5.9")} is not merged`),
  });
  expect((await host.kilnHost(["status"])).stdout).toContain("merged       nothing");
});

test("the line at login has the versions and the problems", async () => {
  await using host = await settledHost("3.5.9", {}, ["etcd", "keepalived"]);
  const line = () => host.read("run/motd.d/sysext-kiln");
  expect(await line()).toBe("Extensions: etcd 3.5.9, keepalived 3.5.9. Details: kiln-host status\n");
  await host.setUnit("failed");
  await host.publish("3.5.10", { start: "fails" });
  await host.run();
  expect(await line()).toBe(
    "Extensions: etcd 3.5.10 (unhealthy), keepalived 3.5.9. Details: kiln-host status\n",
  );
});
