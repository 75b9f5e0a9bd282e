import { readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { settledHost, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const all = (version: string) => ({ linked: version, merged: version, runs: version });

describe("a link that somebody has moved", () => {
  test("to an older image is obeyed, and newer ones are not taken again, except those that come later", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.run();
    await host.link("3.5.9");
    await host.run();
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.5.9", merged: "3.5.9" });
    expect(await host.state()).toMatchObject({
      state: "settled",
      refused: `${imageOf("3.5.10")} an operator went back`,
    });
    await host.publish("3.5.11");
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.11"));
  });

  test("to the oldest image of three keeps that one on disk", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.run();
    await host.place("3.5.8");
    await host.link("3.5.8");
    await host.run();
    await host.publish("3.5.11", { health: "exit 1" });
    await host.run();
    await host.run();
    expect(await host.images()).toContain(imageOf("3.5.8"));
    expect(await host.versions()).toEqual(all("3.5.8"));
  });

  test("to a newer image, which waited, is put back; that image is taken with lock and judgement", async () => {
    const restartLock = '[ ! -e "$W/held" ] || { echo held; exit 1; }';
    await using host = await settledHost("3.5.9", { restartLock });
    await host.write("world/held", "");
    await host.publish("3.5.10", { health: "exit 1" });
    await host.run();
    await host.link("3.5.10");
    await host.publish("3.5.11", { health: "exit 1" });
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.5.9", runs: "3.5.9" });
    expect(await host.images()).toContain(imageOf("3.5.9"));
    await rm(join(host.root, "world/held"));
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({ refused: expect.stringContaining("was unhealthy") });
  });

  test("elsewhere is left alone", async () => {
    await using host = await settledHost("3.5.9");
    await rm(`${host.root}/etc/extensions/etcd.raw`);
    await symlink("/root/test.raw", `${host.root}/etc/extensions/etcd.raw`);
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({ status: 0, stdout: "" });
    expect(await readlink(`${host.root}/etc/extensions/etcd.raw`)).toBe("/root/test.raw");
    expect(await host.kilnHost(["hold", "etcd"])).toMatchObject({ status: 2 });
  });
});

describe("hold", () => {
  test("keeps the image in use, and unhold takes newer ones again", async () => {
    await using host = await settledHost("3.5.9");
    expect(await host.kilnHost(["hold", "etcd"])).toMatchObject({ status: 0 });
    await host.publish("3.5.10");
    await host.write("world/calls", "");
    await host.run();
    expect(await host.read("world/calls")).toBe("");
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect((await host.kilnHost(["status"])).stdout).toContain("etcd: settled, held");
    await host.kilnHost(["unhold", "etcd"]);
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("of an extension that this host does not have names those that it has", async () => {
    await using host = await settledHost("3.5.9");
    for (const command of ["hold", "unhold", "rollback"]) {
      const { status, stderr } = await host.kilnHost([command, "etc"]);
      expect({ status, stderr }).toEqual({
        status: 2,
        stderr: 'kiln-host: "etc" is not an extension of this host; these are: etcd',
      });
    }
  });
});

describe("rollback", () => {
  test("returns to the previous image, and newer ones are not taken again until unhold", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.run();
    expect(await host.kilnHost(["rollback", "etcd"])).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.9"));
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    await host.kilnHost(["unhold", "etcd"]);
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("downloads an older version that is not on disk", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.7");
    expect(await host.kilnHost(["rollback", "etcd", "3.5.7"])).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.7"));
  });

  test.each([
    ["a version that does not exist", ["rollback", "etcd", "3.5.1"], "cannot be downloaded"],
    ["a newer version", ["rollback", "etcd", "3.5.10"], "is not older than 3.5.9"],
    ["nothing", ["rollback", "etcd"], "no other image to go back to"],
  ])("to %s changes nothing", async (_, command, reason) => {
    await using host = await settledHost("3.5.9");
    if (command.includes("3.5.10")) await host.place("3.5.10");
    const { status, stderr } = await host.kilnHost(command);
    expect(status).toBe(1);
    expect(stderr).toContain(reason);
    expect(await host.versions()).toEqual(all("3.5.9"));
  });

  test("respects the restart lock", async () => {
    const restartLock = '[ ! -e "$W/held" ] || { echo held by node-2; exit 1; }';
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { restartLock });
    await host.run();
    await host.write("world/held", "");
    const { status, stderr } = await host.kilnHost(["rollback", "etcd"]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "etcd: not now: held by node-2" });
    expect(await host.versions()).toEqual(all("3.5.10"));
    expect(await host.state()).toMatchObject({ state: "settled", "waiting-for": "" });
  });

  test("to a version that is unhealthy stays there, and says so", async () => {
    await using host = await settledHost("3.5.9");
    await host.place("3.5.8", { start: "fails" });
    expect(await host.kilnHost(["rollback", "etcd"])).toMatchObject({ status: 1 });
    expect(await host.state()).toMatchObject({ state: "unhealthy", image: imageOf("3.5.8") });
  });

  test("of a crash-looping new series is possible once an operator allows it", async () => {
    await using host = await settledHost("3.5.9", { rollback: "series" });
    await host.publish("3.6.0", { rollback: "series", start: "crashes" });
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.6.0" });
    await host.write(
      "etc/sysext-kiln/etcd/extension.conf",
      "SERVICES=etcd.service\nROLLBACK=any\nHEALTHY_SECONDS=12\nSTEADY_SECONDS=3\n",
    );
    expect(await host.kilnHost(["rollback", "etcd"])).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.9"));
  });
});

test("update asks the repository now, and prints what happened", async () => {
  await using host = await settledHost("3.5.9");
  expect(await host.kilnHost(["update"])).toMatchObject({ status: 0, stdout: "nothing to do" });
  await host.publish("3.5.10");
  expect(await host.kilnHost(["update"])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining(`etcd: ${imageOf("3.5.10")} is healthy`),
  });
});

test("a command that does not exist is an error that lists the commands", async () => {
  await using host = await settledHost("3.5.9");
  for (const command of [[], ["updates"], ["status", "--yaml"]]) {
    const { status, stderr } = await host.kilnHost(command);
    expect({ command, status }).toEqual({ command, status: 2 });
    expect(stderr).toContain("usage: kiln-host COMMAND");
  }
});
