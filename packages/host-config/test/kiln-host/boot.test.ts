import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { openHostFolder, settledHost, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const all = (version: string) => ({ linked: version, merged: version, runs: version });
const reboot = ["etc/sysext-kiln/host.conf", "MODE=reboot\n"] as const;

describe("at boot, kiln-host", () => {
  test("changes nothing on a host without problems", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/calls", "");
    expect(await host.boot()).toMatchObject({ status: 0, stdout: "" });
    expect(await host.read("world/calls")).toBe("");
  });

  test.each([
    ["to an image that does not exist any more", true],
    ["away", false],
  ])("restores a link that leads %s, to the newest image that was not refused", async (_, isDangling) => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.run();
    await host.publish("3.5.11", { health: "exit 1" });
    await host.run();
    await host.place("3.5.11");
    await rm(join(host.root, "opt/extensions/etcd", imageOf("3.5.10")));
    if (!isDangling) await rm(join(host.root, "etc/extensions/etcd.raw"));
    await host.boot();
    expect(await host.versions()).toEqual(all("3.5.9"));
    // It is downloaded again.
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("sets an image aside that keeps everything from being merged, until a person removes it", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("etc/extensions/other.raw", "damaged\n");
    const { status, stdout } = await host.boot();
    expect(status).toBe(1);
    expect(stdout).toContain("etc/extensions/other.raw kept all extensions from being merged");
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.read("var/lib/sysext-kiln/set-aside/other.raw")).toBe("damaged\n");
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.kilnHost(["status"])).toMatchObject({ status: 1 });
    await rm(join(host.root, "var/lib/sysext-kiln/set-aside/other.raw"));
    expect(await host.run()).toMatchObject({ status: 0 });
  });

  test("replaces a damaged image of its own by the one before it", async () => {
    await using host = await settledHost("1.0.0", {}, ["etcd", "keepalived"]);
    await host.publish("1.0.1");
    await host.run();
    await host.write(`opt/extensions/etcd/${imageOf("1.0.1")}`, "damaged\n");
    const { status, stdout } = await host.boot();
    expect(status).toBe(1);
    expect(stdout).toContain(`etcd: ${imageOf("1.0.1")} cannot be merged`);
    expect(await host.versions("keepalived")).toEqual(all("1.0.0"));
    expect(await host.versions()).toMatchObject({ linked: "1.0.0", merged: "1.0.0" });
    expect(await host.run()).toMatchObject({ status: 0 });
    // The damage is not the version's fault, so it was downloaded again.
    expect(await host.versions()).toEqual(all("1.0.1"));
  });

  test("sets nothing aside if not one image can be merged", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(`opt/extensions/etcd/${imageOf("3.5.9")}`, "damaged\n");
    expect(await host.boot()).toMatchObject({ status: 1 });
    expect(await host.versions()).toMatchObject({ linked: "3.5.9", merged: "" });
  });
});

describe("a power cut", () => {
  test("in the trial of a bad version leads back from it with the first run", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { health: "exit 1" });
    await host.run({ KILL_AT: "45" });
    expect(await host.versions()).toEqual(all("3.5.10"));
    await host.boot();
    expect(await host.versions()).toEqual(all("3.5.10"));
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(all("3.5.9"));
  });

  test("in the trial of a good version does not restart it again", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.run({ KILL_AT: "45" });
    expect(await host.state()).toMatchObject({ state: "trial" });
    await host.boot();
    const before = await host.read("world/units/etcd.service");
    await host.run();
    expect(await host.read("world/units/etcd.service")).toBe(before);
    expect(await host.state()).toMatchObject({ state: "settled", image: imageOf("3.5.10") });
  });

  test("twice in the same trial leads back at once", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.run({ KILL_AT: "45" });
    await host.boot();
    expect(await host.versions()).toEqual(all("3.5.10"));
    await host.boot();
    expect(await host.versions()).toMatchObject({ linked: "3.5.9", merged: "3.5.9" });
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({
      state: "settled",
      refused: `${imageOf("3.5.10")} the host went down twice in its trial`,
    });
  });
});

describe("in the mode for reboots, a new version", () => {
  test("waits for the reboot, which is requested, and is judged after it", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(...reboot);
    await host.publish("3.5.10");
    await host.write("world/calls", "");
    for (const _ of [1, 2, 3, 4]) expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.read("world/calls")).not.toContain("refresh");
    expect((await host.kilnHost(["status"])).stdout).toContain(": the next reboot");
    await host.boot();
    expect(await host.versions()).toMatchObject({ linked: "3.5.10", merged: "3.5.10" });
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.10"));
    expect(await host.state()).toMatchObject({ state: "settled", previous: imageOf("3.5.9") });
  });

  test("that is unhealthy after the reboot is refused", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(...reboot);
    await host.publish("3.5.10", { start: "crashes" });
    await host.run();
    await host.boot();
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(all("3.5.9"));
  });

  test("that waits is not merged by the live update of another extension", async () => {
    await using host = await settledHost("1.0.0", {}, ["etcd", "keepalived"]);
    await host.write(...reboot);
    await host.publish("1.0.1");
    await host.run();
    await host.write("etc/sysext-kiln/host.conf", "");
    await host.kilnHost(["hold", "etcd"]);
    await host.publish("1.0.1", { name: "keepalived" });
    await host.run();
    expect(await host.versions("keepalived")).toEqual(all("1.0.1"));
    expect(await host.versions()).toEqual(all("1.0.0"));
  });

  test("that has files in /usr/local, where that is a link, is not taken by the reboot", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(...reboot);
    await host.publish("3.5.10", { usrLocal: true });
    await host.run();
    expect((await host.kilnHost(["status"])).stdout).toContain(": the next reboot");
    await host.write("world/usr-local-is-a-link", "");
    await host.boot();
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    const reason = "it has files in /usr/local, which is a link or a mount on this host";
    expect((await host.kilnHost(["status"])).stdout).toContain(reason);
  });

  test("that is refused before the reboot is not taken by it", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(...reboot);
    await host.publish("3.5.10");
    await host.run();
    await host.kilnHost(["hold", "etcd"]);
    await host.boot();
    expect(await host.versions()).toEqual(all("3.5.9"));
  });
});

test("the first boot of a host without a repository and with an image that has no service succeeds", async () => {
  await using host = await openHostFolder();
  await host.place("1.0.0", { services: "" });
  await host.link("1.0.0");
  expect(await host.boot()).toMatchObject({ status: 0 });
  await host.write("world/repository-fails", "Transfer failed: Could not connect to server\n");
  expect(await host.run()).toMatchObject({ status: 0 });
  expect(await host.state()).toMatchObject({ state: "settled" });
});

test("no other user can hold the locks of kiln-host and its bootstrap", async () => {
  await using host = await settledHost("1.0.0");
  await rm(join(host.root, "run"), { recursive: true });
  // As the bootstrap makes it before it starts the program.
  await host.write("run/sysext-kiln/bootstrap-lock", "");
  await host.run();
  for (const name of ["lock", "bootstrap-lock"]) {
    const { mode } = await stat(join(host.root, "run/sysext-kiln", name));
    expect(mode & 0o777).toBe(0o600);
  }
});
