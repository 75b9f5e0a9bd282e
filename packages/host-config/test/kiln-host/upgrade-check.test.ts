import { rm } from "node:fs/promises";
import { join } from "node:path";
import { imageOf, settledHost, statusOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const all = (version: string) => ({ linked: version, merged: version, runs: version });

/** An upgrade check that records its calls, and refuses while there is a reason in the file `reason`. */
const upgradeCheck = `echo "$UPDATE_MODE $*" >>"$W/checks"
[ ! -e "$W/reason" ] || { cat "$W/reason"; exit 1; }
`;

/** A restart lock that records its calls. */
const restartLock = 'echo "$1" >>"$W/lock-calls"';

describe("the upgrade check of a new image", () => {
  test("is asked about both versions while the restart lock is held, before anything changes", async () => {
    await using host = await settledHost("3.5.9", { restartLock });
    await host.publish("3.6.1", { upgradeCheck, restartLock });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.read("world/checks")).toBe("live 3.5.9 3.6.1\n");
    expect(await host.versions()).toEqual(all("3.6.1"));
    expect(await host.read("world/lock-calls")).toBe("acquire\nacquire\nacquire\nrelease\n");
  });

  test("makes the image wait with all of its reasons, and for no longer than they last", async () => {
    await using host = await settledHost("3.5.9", { restartLock });
    await host.write("world/reason", "versions: two runs 3.5.1. Update it.\nmembers: three is a learner.\n");
    await host.publish("3.6.1", { upgradeCheck });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.read("world/lock-calls")).toBe("acquire\nrelease\n");
    expect(await statusOf(host)).toMatchObject({
      state: "settled",
      waitingFor: imageOf("3.6.1"),
      waitingReason: "versions: two runs 3.5.1. Update it. members: three is a learner.",
      refused: [],
    });
    await rm(join(host.root, "world/reason"));
    await host.run();
    expect(await host.versions()).toEqual(all("3.6.1"));
    expect(await statusOf(host)).toMatchObject({ state: "settled", waitingFor: null });
  });

  test("is asked although the service is unhealthy or stopped", async () => {
    await using host = await settledHost("3.5.9", { health: '! [ -e "$W/is-ill" ]' });
    await host.write("world/reason", "health: not every member is healthy\n");
    await host.write("world/is-ill", "");
    await host.publish("3.6.1", { upgradeCheck });
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    await host.setUnit("masked");
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.5.9" });
    expect(await host.read("world/checks")).toBe("live 3.5.9 3.6.1\n".repeat(2));
  });

  test("that ends without a word makes the image wait, too", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.6.1", { upgradeCheck: "exit 3" });
    await host.run();
    expect(await host.state()).toMatchObject({ "waiting-reason": "the upgrade check failed (status 3)" });
  });

  test("that does not end is stopped, and its image waits with that reason", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("etc/sysext-kiln/host.conf", "RUN_SECONDS=8\n");
    await host.publish("3.6.1", { upgradeCheck: "echo 'a snapshot is taken'; exec sleep 60" });
    await host.run();
    expect(await host.state()).toMatchObject({
      "waiting-reason": "the upgrade check did not end within 2 seconds: a snapshot is taken",
    });
  });

  test("is held by a restart lock that lasts for the check as well, and then only for the trial", async () => {
    const lock = 'echo "$1 $LOCK_SECONDS" >>"$W/lock-calls"';
    await using host = await settledHost("3.5.9", { restartLock: lock });
    await host.publish("3.6.1", { upgradeCheck, restartLock: lock });
    await host.run();
    const granted = (await host.read("world/lock-calls")).matchAll(/^acquire (\d+)$/gm);
    const [check = 0, trial = 0] = [...granted].map(([, seconds]) => Number(seconds));
    expect(check - trial).toBe(1800);
  });

  test("needs a person if the image in use is gone, which a transfer of the next series does not bring back", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/reason", "programs: etcdctl is missing\n");
    await host.publish("3.6.1", { upgradeCheck });
    await host.run();
    await rm(join(host.root, "opt/extensions/etcd", imageOf("3.5.9")));
    await host.boot();
    expect(await host.run()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining(
        `${imageOf("3.5.9")} is gone, and ${imageOf("3.6.1")} must not follow it yet`,
      ),
    });
    expect(await statusOf(host)).toMatchObject({ waitingReason: "programs: etcdctl is missing" });
  });

  test("can be replaced by an operator", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.6.1", { upgradeCheck: "exit 1" });
    await host.write("etc/sysext-kiln/etcd/upgrade-check", "exit 0\n");
    await host.run();
    expect(await host.versions()).toEqual(all("3.6.1"));
  });

  test("is not asked about the first image of a host", async () => {
    await using host = await settledHost("3.6.1", { upgradeCheck: "exit 1" });
    expect(await host.versions()).toEqual(all("3.6.1"));
  });

  test("is asked before its image replaces one that has disappeared", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/reason", "members: etcd does not answer\n");
    await host.place("3.6.1", { upgradeCheck });
    await rm(join(host.root, "opt/extensions/etcd", imageOf("3.5.9")));
    await host.boot();
    expect(await host.versions()).not.toMatchObject({ linked: "3.6.1" });
    expect(await statusOf(host)).toMatchObject({ waitingReason: "members: etcd does not answer" });
  });
});

describe("in the mode for reboots, the upgrade check", () => {
  test("decides in every run whether the image may be taken by the reboot", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("etc/sysext-kiln/host.conf", "MODE=reboot\n");
    await host.publish("3.6.1", { upgradeCheck });
    await host.run();
    expect(await host.read("world/checks")).toBe("reboot 3.5.9 3.6.1\n");
    expect(await statusOf(host)).toMatchObject({ waitingReason: "the next reboot" });
    await host.write("world/reason", "members: three is a learner\n");
    await host.run();
    await host.boot();
    expect(await host.versions()).toEqual(all("3.5.9"));
    await rm(join(host.root, "world/reason"));
    await host.run();
    await host.boot();
    await host.run();
    expect(await host.versions()).toEqual(all("3.6.1"));
  });
});

describe("a rollback", () => {
  test("to another series is allowed by the upgrade check of the image in use", async () => {
    const series = { rollback: "series", upgradeCheck } as const;
    await using host = await settledHost("3.5.9", { rollback: "series" });
    await host.publish("3.6.1", series);
    await host.run();
    await host.write("world/reason", "downgrade: not enabled\n");
    const refused = await host.kilnHost(["rollback", "etcd", "3.5.9"]);
    expect(refused).toMatchObject({ status: 1 });
    expect(refused.stderr).toMatch(/\ndowngrade: not enabled$/);
    expect(await host.versions()).toEqual(all("3.6.1"));
    await rm(join(host.root, "world/reason"));
    expect(await host.kilnHost(["rollback", "etcd", "3.5.9"])).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.read("world/checks")).toMatch(/live 3\.6\.1 3\.5\.9\n$/);
  });

  test("to any older version is decided by the upgrade check, unless an operator decides", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { upgradeCheck });
    await host.run();
    await host.write("world/reason", "3.5.9 cannot read the configuration\n");
    expect(await host.kilnHost(["rollback", "etcd"])).toMatchObject({ status: 1 });
    const settings = "SERVICES=etcd.service\nROLLBACK=any\n";
    await host.write("etc/sysext-kiln/etcd/extension.conf", settings);
    await rm(join(host.root, "run/sysext-kiln/hooks"), { recursive: true });
    expect(await host.kilnHost(["rollback", "etcd"])).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.9"));
  });
});

test("a withdrawn image is not left for an older one that its upgrade check refuses", async () => {
  await using host = await settledHost("3.5.9");
  await host.publish("3.5.9");
  await host.publish("3.5.10", { upgradeCheck });
  await host.run();
  await host.write("world/reason", "3.5.9 cannot read the configuration\n");
  await host.offer({ number: 1, images: { "3.5.9": {}, "3.5.10": { withdrawn: "loses data" } } });
  expect(await host.run()).toMatchObject({ status: 1 });
  expect(await host.versions()).toEqual(all("3.5.10"));
  await rm(join(host.root, "world/reason"));
  await host.run();
  expect(await host.versions()).toEqual(all("3.5.9"));
});
