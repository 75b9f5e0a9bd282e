import { imageOf, type ImageOptions, settledHost, type HostFolder } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const [old, next] = ["3.5.9", "3.5.10"] as const;
const flawed: ImageOptions = { isUnmergeable: true };
const settledOn = (version: string) => ({ linked: version, merged: version, runs: version });

/** Puts a flawed image in place of the one that was published. */
async function damage(host: HostFolder, version: string): Promise<void> {
  await host.place(version, flawed);
}

describe("an image that systemd can mount, but not merge,", () => {
  test("is downloaded again, as it may be damaged on disk", async () => {
    await using host = await settledHost(old, {}, ["etcd", "keepalived"]);
    await host.publish(next);
    await damage(host, next);
    expect(await host.run()).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`${imageOf(next)} cannot be merged, and is downloaded again`),
    });
    expect(await host.versions()).toEqual(settledOn(old));
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(settledOn(next));
  });

  test("is refused if what is downloaded then cannot be merged either", async () => {
    await using host = await settledHost(old, {}, ["etcd", "keepalived"]);
    await host.publish(next, flawed);
    await host.run();
    expect(await host.run()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("cannot be merged, and is not tried again"),
    });
    await host.write("world/calls", "");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.read("world/calls")).toBe("list\n");
    expect(await host.versions()).toEqual(settledOn(old));
    expect(await host.state()).toMatchObject({
      state: "settled",
      refused: `${imageOf(next)} cannot be merged`,
    });
  });

  test("is refused at once if it is what the index lists", async () => {
    await using host = await settledHost(old, {}, ["etcd", "keepalived"]);
    await host.publish(old);
    await host.publish(next, flawed);
    await host.offer({ number: 1, images: { [old]: {}, [next]: {} } });
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(settledOn(old));
    expect(await host.state()).toMatchObject({ refused: `${imageOf(next)} cannot be merged` });
  });

  test("is not blamed for somebody else's image", async () => {
    await using host = await settledHost(old, {}, ["etcd", "keepalived"]);
    await host.publish(next);
    await host.write("etc/extensions/other.raw", "damaged\n");
    await host.run();
    expect(await host.state()).toMatchObject({ "waiting-for": imageOf(next) });
    expect(await host.images()).toContain(imageOf(next));
  });
});

describe("the image in use, if it cannot be merged at boot any more,", () => {
  test("is replaced by the one before it until it was downloaded again", async () => {
    await using host = await settledHost(old, {}, ["etcd", "keepalived"]);
    await host.publish(next);
    await host.run();
    await damage(host, next);
    await host.boot();
    expect(await host.versions()).toMatchObject({ linked: old, merged: old });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(settledOn(next));
  });

  test.each([
    ["its manifest", false],
    ["its index", true],
  ])("is downloaded again by %s if it is the only one", async (_, hasIndex) => {
    await using host = await settledHost(old, {}, ["etcd", "keepalived"]);
    await host.publish(old);
    if (hasIndex) await host.offer({ number: 1, images: { [old]: {} } });
    await host.run();
    await damage(host, old);
    expect(await host.boot()).toMatchObject({ status: 1 });
    await host.run();
    await host.run();
    expect(await host.versions()).toEqual(settledOn(old));
    expect(await host.run()).toMatchObject({ status: 0, stdout: "" });
    expect(await host.list("var/lib/sysext-kiln")).not.toContain("set-aside");
  });
});
