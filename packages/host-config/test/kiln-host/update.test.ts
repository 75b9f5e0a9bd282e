import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openHostFolder, settledHost, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const all = (version: string) => ({ linked: version, merged: version, runs: version });

describe.each([["dash"], ["bash", "--posix"]] as const)("with %s, a run", (...shell) => {
  test("takes a new version, and keeps the old image to go back to", async () => {
    await using host = await openHostFolder(["etcd"], shell);
    await host.place("3.5.9");
    await host.link("3.5.9");
    expect(await host.boot()).toMatchObject({ status: 0, stdout: "" });
    expect(await host.run()).toMatchObject({ status: 0, stdout: `<5>etcd: ${imageOf("3.5.9")} is healthy` });
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({ status: 0, stdout: `<5>etcd: ${imageOf("3.5.10")} is healthy` });
    expect(await host.versions()).toEqual(all("3.5.10"));
    expect(await host.state()).toMatchObject({ state: "settled", previous: imageOf("3.5.9") });
    expect(await host.images()).toEqual([imageOf("3.5.10"), imageOf("3.5.9")]);
  });

  test("goes back from an unhealthy version, and does not download it again", async () => {
    await using host = await openHostFolder(["etcd"], shell);
    await host.place("3.5.9");
    await host.link("3.5.9");
    await host.boot();
    await host.run();
    await host.publish("3.5.10", { health: "exit 1" });
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({
      state: "settled",
      image: imageOf("3.5.9"),
      refused: `${imageOf("3.5.10")} was unhealthy`,
    });
    await host.write("world/calls", "");
    await host.write(`opt/extensions/etcd/${imageOf("3.5.10")}`, "");
    expect(await host.run()).toMatchObject({ status: 0, stdout: "" });
    expect(await host.read("world/calls")).toBe("list\n");
  });
});

describe("a run", () => {
  test("does not take an image with files in /usr/local where that is a link, and says why", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { usrLocal: true });
    await host.write("world/usr-local-is-a-link", "");
    const reason = "it has files in /usr/local, which is a link or a mount on this host";
    expect((await host.run()).stdout).toContain(`etcd: ${imageOf("3.5.10")} waits: ${reason}`);
    expect(await host.versions()).toEqual(all("3.5.9"));
    await rm(join(host.root, "world/usr-local-is-a-link"));
    expect((await host.run()).stdout).toContain(`${imageOf("3.5.10")} is healthy`);
  });

  test("prints nothing, merges nothing and writes no state if nothing has changed", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/calls", "");
    const before = await host.read("var/lib/sysext-kiln/state/etcd");
    await host.write("world/steps", "0\n");
    await host.kilnHost(["run"]);
    expect(await host.read("world/calls")).toBe("");
    expect(await host.read("var/lib/sysext-kiln/state/etcd")).toBe(before);
    expect(await host.read("world/steps")).toBe("0\n");
  });

  test("installs the first image of a host", async () => {
    await using host = await openHostFolder();
    await host.publish("3.5.9");
    await host.boot();
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    await host.run();
    expect(await host.state()).toMatchObject({ state: "settled", image: imageOf("3.5.9") });
  });

  test("updates several extensions with one merge", async () => {
    await using host = await settledHost("1.0.0", {}, ["etcd", "keepalived"]);
    for (const name of ["etcd", "keepalived"]) await host.publish("1.0.1", { name });
    await host.write("world/calls", "");
    expect(await host.run()).toMatchObject({ status: 0 });
    for (const name of ["etcd", "keepalived"]) expect(await host.versions(name)).toEqual(all("1.0.1"));
    expect((await host.read("world/calls")).match(/refresh/g)).toHaveLength(1);
  });

  test("leaves some of many updates to the next run, as each run has a limit", async () => {
    await using host = await settledHost("1.0.0", {}, ["etcd", "keepalived"]);
    await host.write("etc/sysext-kiln/host.conf", "RUN_SECONDS=200\n");
    for (const name of ["etcd", "keepalived"]) await host.publish("1.0.1", { name });
    await host.run();
    expect(await host.versions()).toEqual(all("1.0.1"));
    expect(await host.state("keepalived")).toMatchObject({
      image: imageOf("1.0.0", "keepalived"),
      "waiting-reason": "the trials of other extensions",
    });
    await host.kilnHost(["run"]);
    expect(await host.versions("keepalived")).toEqual(all("1.0.1"));
  });

  test("goes back with one extension, and updates the other", async () => {
    await using host = await settledHost("1.0.0", {}, ["etcd", "keepalived"]);
    await host.publish("1.0.1", { start: "crashes" });
    await host.publish("1.0.1", { name: "keepalived" });
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(all("1.0.0"));
    expect(await host.versions("keepalived")).toEqual(all("1.0.1"));
  });

  test("takes the newest image that is on disk and allowed, however it got there", async () => {
    await using host = await settledHost("3.5.9");
    await host.place("3.5.10");
    await host.place("3.5.11");
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.11"));
  });

  test("restarts nothing if the image cannot be merged, and tries again", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { isSkipped: true });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({
      state: "settled",
      "waiting-for": imageOf("3.5.10"),
      "waiting-reason": "it cannot be merged",
    });
    await rm(join(host.root, `world/trees/${imageOf("3.5.10")}/is-skipped`));
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("downloads an image again that is damaged on disk", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.place("3.5.10", { isBroken: true });
    expect(await host.run()).toMatchObject({ stdout: expect.stringContaining("the image cannot be read") });
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("names the broken image of somebody else that keeps it from merging", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("etc/extensions/other.raw", "damaged\n");
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({ stdout: expect.stringContaining("etc/extensions/other.raw") });
    expect(await host.versions()).toEqual(all("3.5.9"));
    await host.place("1.0.0", { name: "other", services: "" });
    await host.write(
      "etc/extensions/other.raw",
      await host.read(`opt/extensions/other/${imageOf("1.0.0", "other")}`),
    );
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.5.10", runs: "3.5.10" });
  });

  test("merges nothing while something is mounted below /opt, and says so", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/opt-mount", "/opt/data\n");
    await host.publish("3.5.10");
    await host.write("world/calls", "");
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(stdout).toContain("/opt/data is a mount: nothing is merged");
    expect(await host.read("world/calls")).not.toContain("refresh");
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.kilnHost(["status"])).toMatchObject({ status: 1 });
    await rm(join(host.root, "world/opt-mount"));
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("takes an image without anything for kiln-host, and judges its service by its name", async () => {
    await using host = await settledHost("3.5.9", { isForeign: true });
    await host.publish("3.5.10", { isForeign: true });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.10"));
    await host.publish("3.5.11", { isForeign: true, start: "fails" });
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("judges an image without services as soon as it is merged", async () => {
    await using host = await settledHost("3.5.9", { services: "" });
    await host.publish("3.5.10", { services: "" });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.state()).toMatchObject({ state: "settled", image: imageOf("3.5.10") });
    expect(await host.versions()).toMatchObject({ merged: "3.5.10" });
  });

  test("keeps the image in use, the one before, and the two newest", async () => {
    await using host = await settledHost("1.0.0");
    for (const version of ["1.0.1", "1.0.2", "1.0.3"]) {
      await host.publish(version);
      await host.run();
    }
    expect(await host.images()).toEqual(["1.0.2", "1.0.3"].map((version) => imageOf(version)));
  });
});
