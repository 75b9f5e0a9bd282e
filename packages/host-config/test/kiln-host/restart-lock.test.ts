import { imageOf, settledHost } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const all = (version: string) => ({ linked: version, merged: version, runs: version });
const lock = (held: string) => `echo "$1 $LOCK_SECONDS" >>"$W/lock-calls"; ${held}`;

describe("the restart lock", () => {
  test("is acquired for both trials, again before the restart, and released", async () => {
    const restartLock = lock("");
    await using host = await settledHost("3.5.9", { restartLock });
    await host.publish("3.5.10", { restartLock: "exit 1" });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.10"));
    expect(await host.read("world/lock-calls")).toBe("acquire 84\nacquire 84\nrelease 84\n");
  });

  test("makes an image wait while it is held, visibly, and a person is told after a day", async () => {
    const restartLock = lock('[ "$1" = release ] || { echo "held by node-2"; exit 1; }');
    await using host = await settledHost("3.5.9", { restartLock });
    await host.publish("3.5.10");
    const first = await host.run();
    expect(first).toMatchObject({ status: 0, stdout: `<5>etcd: ${imageOf("3.5.10")} waits: held by node-2` });
    expect(await host.versions()).toEqual(all("3.5.9"));
    await host.run();
    expect(await host.kilnHost(["status"])).toMatchObject({ status: 0 });
    await host.boot();
    await host.run();
    const later = await host.run();
    expect(later.status).toBe(1);
    expect(later.stdout).toContain("has waited since 2026-11-30T08:00:00Z: held by node-2");
    expect(await host.kilnHost(["status"])).toMatchObject({ status: 1 });
  });

  test("does not keep an update from an unhealthy service, which it may repair", async () => {
    const restartLock = lock('[ "$1" = release ] || exit 1');
    await using host = await settledHost("3.5.9", { restartLock, health: '! [ -e "$W/is-ill" ]' });
    await host.write("world/is-ill", "");
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("keeps it from a service that the lock says is needed, although its health check fails", async () => {
    const restartLock = lock('[ "$1" = release ] || { echo "etcd cannot be asked: bad password"; exit 75; }');
    await using host = await settledHost("3.5.9", { restartLock, health: '! [ -e "$W/is-ill" ]' });
    await host.write("world/is-ill", "");
    await host.publish("3.5.10");
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    const { stdout } = await host.kilnHost(["status"]);
    expect(stdout).toMatch(/^ {2}waits +\S+-3\.5\.10-\S+ since \S+: etcd cannot be asked: bad password$/m);
  });

  test("keeps a service that it says is needed also from the restart that was permitted before", async () => {
    const second = 'touch "$W/second"; exit 1';
    const restartLock = lock(
      `[ "$1" = release ] || { [ -e "$W/second" ] || { ${second}; }; echo needed; exit 75; }`,
    );
    await using host = await settledHost("3.5.9", { restartLock, health: '! [ -e "$W/is-ill" ]' });
    await host.write("world/is-ill", "");
    await host.publish("3.5.10");
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({ "waiting-reason": "needed" });
  });

  test("does not keep it from the way back, as it has granted the whole trial", async () => {
    const restartLock = lock(
      '[ "$1" = release ] || [ "$(grep -c acquire "$W/lock-calls")" -le 2 ] || exit 75',
    );
    await using host = await settledHost("3.5.9", { restartLock });
    await host.publish("3.5.10", { health: "exit 1", restartLock });
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
  });

  test("is one of the running image, or else one of the new image", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { restartLock: "echo not yet; exit 1" });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.state()).toMatchObject({ "waiting-reason": "not yet" });
  });

  test("that hangs or fails in the middle undoes the switch before the restart", async () => {
    const restartLock = lock('[ ! -e "$W/second" ] || { echo lost; exit 1; }; touch "$W/second"');
    await using host = await settledHost("3.5.9", { restartLock });
    await host.publish("3.5.10");
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({ state: "settled", "waiting-reason": "lost" });
  });
});

test("what an operator puts into /etc replaces what the image has", async () => {
  await using host = await settledHost("3.5.9", { health: "exit 0" });
  await host.write("etc/sysext-kiln/etcd/health", "exit 1\n");
  await host.publish("3.5.10");
  // The running version is unhealthy by this check as well, so the new one is not to blame.
  expect(await host.run()).toMatchObject({ status: 1 });
  expect(await host.state()).toMatchObject({ state: "unhealthy", image: imageOf("3.5.10") });
});
