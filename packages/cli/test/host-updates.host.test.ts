import { rm, utimes } from "node:fs/promises";
import { join } from "node:path";
import { describeOnHosts, putFile } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloState } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { property, succeed } from "./host-services.ts";
import type { Host } from "@sysext-kiln/booted-host";

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases();
  await releases.offer(["3.5.9"]);
  await releases.offer(["3.5.10"]);
  await releases.offer(["3.5.10-2"], { greeting: "hello again" });
  await releases.offer(["3.5.11", "3.6.0"], { state: "unhealthy" });
  await releases.offer(["3.5.12", "3.5.13-rc.1"]);
});

afterAll(async () => {
  await releases[Symbol.asyncDispose]();
});

/** The state of a host on which one version is running. */
function all(image: string, state = "healthy", greeting = "hello"): HelloState {
  const [version = ""] = image.split("-");
  const says = `hello ${version} ${state}\n${greeting}`;
  return { running: says, linked: imageOf(image), merged: says };
}

describeOnHosts.concurrent("a live update", (suite) => {
  test("follows a series in systemd's order, restores the previous image if necessary, and can be reverted by hand", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.9", options: ["--pin", "3.5"] });
    const { host, setLatest, update, state } = hello;
    const images = async () => (await succeed(host, "ls", "/opt/extensions/hello")).split("\n");
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.9"));

    await setLatest("3.5.10");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.10"));
    expect(await images()).toContain(imageOf("3.5.9"));

    await setLatest("3.5.10-2");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.10-2", "healthy", "hello again"));

    // By hand, as docs/hosts.md says, to the oldest image of three.
    const image = `/opt/extensions/hello/${imageOf("3.5.9")}`;
    await succeed(host, "ln", "-sfn", image, "/etc/extensions/hello.raw");
    await succeed(host, "sh", "-c", "systemd-sysext refresh && systemctl restart hello");
    await host.waitFor("the oldest one", async () => (await state()).running === all("3.5.9").running);
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.9"));

    await setLatest("3.5.11");
    expect(await update()).not.toBe(0);
    await host.waitFor("the previous version", async () => (await state()).running === all("3.5.9").running);
    expect(await state()).toEqual(all("3.5.9"));
    expect(await host.journal("hello-update.service")).toContain(
      `unhealthy with ${imageOf("3.5.11")}: restoring ${imageOf("3.5.9")}`,
    );
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.9"));

    await setLatest("3.5.12");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.12"));
    // The previous image is kept until the next run, even if it is the oldest.
    expect(await images()).toContain(imageOf("3.5.9"));
    expect(await update()).toBe(0);
    expect(await images()).toEqual(["3.5.10-2", "3.5.10", "3.5.12"].map(imageOf));
  });

  test("that is interrupted is judged by the next one, also after a reboot", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.10", options: ["--pin", "3.5"] });
    const { host, setLatest, update, state } = hello;
    await setLatest("3.5.11");
    await succeed(host, "systemctl", "start", "--no-block", "hello-update.service");
    await host.waitFor(
      "the restart",
      async () => (await state()).running === all("3.5.11", "unhealthy").running,
    );
    await succeed(host, "systemctl", "kill", "--signal=KILL", "hello-update.service");
    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await state()).toEqual(all("3.5.11", "unhealthy"));

    expect(await update()).not.toBe(0);
    await host.waitFor("the previous version", async () => (await state()).running === all("3.5.10").running);
    expect(await state()).toEqual(all("3.5.10"));
    await setLatest("3.5.12");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.12"));
  });

  test("that is interrupted before the link moved is finished while the service is stopped", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.10", options: ["--pin", "3.5"] });
    const { host, setLatest, update, state } = hello;
    await host.waitFor("the service", async () => (await state()).running !== "");
    await succeed(host, "systemctl", "mask", "--runtime", "--now", "hello.service");
    await setLatest("3.5.12");
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ linked: imageOf("3.5.12") });

    // What remains of a run that was killed before it moved the link.
    const [old, fresh] = ["3.5.10", "3.5.12"].map((version) => `/opt/extensions/hello/${imageOf(version)}`);
    const script = 'ln -sfn "$1" /etc/extensions/hello.raw; ln -s "$2" "$3.fetched"; echo "$1" >"$3.before"';
    await succeed(host, "sh", "-euc", script, "sh", old ?? "", fresh ?? "", "/var/lib/sysext-kiln/hello");
    expect(await update()).toBe(0);
    const { linked, merged } = all("3.5.12");
    expect(await state()).toMatchObject({ linked, merged });
  });

  test("is neither preempted nor cleaned up by systemd's own update service", async () => {
    const options = ["--pin", "3.5"];
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.10", options, prepare: letRun });
    const { host, setLatest, update, state } = hello;
    await setLatest("3.5.12");
    await host.waitFor("the service", async () => (await state()).running !== "");
    await runStockService(host);
    expect(await state()).toEqual(all("3.5.10"));
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.12"));
    const images = () => succeed(host, "ls", "/opt/extensions/hello");
    const before = await images();
    await runStockService(host);
    expect(await images()).toBe(before);
    expect(await state()).toEqual(all("3.5.12"));
  });

  test("starts automatically if it was missed while the host was off, and also installs the first image", async () => {
    await using hello = await bootHelloHost(releases, {
      suite,
      first: "3.5.12",
      options: ["--pin", "3.5"],
      prepare: async (root) => {
        // As on a host that was off for a day, without the random delay.
        const stamp = join(root, "var/lib/systemd/timers/stamp-hello-update.timer");
        await putFile(stamp, "");
        await utimes(stamp, 0, Date.now() / 1000 - 86_400);
        const dropIn = join(root, "etc/systemd/system/hello-update.timer.d/now.conf");
        await putFile(dropIn, "[Timer]\nRandomizedDelaySec=0\n");
        await rm(join(root, "etc/extensions/hello.raw"));
        await rm(join(root, "opt/extensions/hello"), { recursive: true });
      },
    });
    const { host, state } = hello;
    await host.waitFor("the first image to run", async () => (await state()).running !== "");
    expect(await state()).toEqual(all("3.5.12"));
    expect(await property(host, "hello-update.timer", "Persistent")).toBe("yes");
  });
});

describeOnHosts.concurrent("an update at the next reboot", (suite) => {
  test("is fetched by systemd's own update service, and requests the reboot", async () => {
    const options = ["--pin", "3.5", "--reboot"];
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.10", options, prepare: letRun });
    const { host, setLatest, state } = hello;
    const isRequested = async () => (await host.run(["test", "-e", "/run/reboot-required"])).status === 0;
    await host.waitFor("the service", async () => (await state()).running !== "");
    const timers = await succeed(host, "systemctl", "list-dependencies", "--plain", "timers.target");
    expect(timers).toMatch(/systemd-sysupdate(-update)?\.timer/);

    expect(await runStockService(host)).toBe("Deactivated successfully");
    expect(await isRequested()).toBe(false);
    await setLatest("3.5.12");
    expect(await runStockService(host)).toBe("Deactivated successfully");
    expect(await isRequested()).toBe(true);
    expect(await state()).toEqual({ ...all("3.5.10"), linked: imageOf("3.5.12") });

    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await state()).toEqual(all("3.5.12"));
    expect(await isRequested()).toBe(false);
  });
});

/** Lets the stock service run in a container, which these hosts are; nothing else about it is changed. */
async function letRun(root: string): Promise<void> {
  const dropIn = join(root, "etc/systemd/system/systemd-sysupdate.service.d/in-a-container.conf");
  await putFile(dropIn, "[Unit]\nConditionVirtualization=\n");
}

/** Runs systemd's own update service; returns its result in the journal, as the unit may be unloaded. */
async function runStockService(host: Host): Promise<string | undefined> {
  const endings = async () =>
    [
      ...(await host.journal()).matchAll(
        /sysupdate\S*\.service: (Deactivated successfully|Failed with result)/g,
      ),
    ].map(([, ending]) => ending);
  const before = await endings();
  await succeed(host, "systemctl", "start", "systemd-sysupdate.service");
  await host.waitFor("the service to end", async () => (await endings()).length > before.length);
  return (await endings()).at(-1);
}
