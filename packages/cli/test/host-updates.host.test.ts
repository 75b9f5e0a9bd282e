import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloState } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { property, succeed } from "./host-services.ts";
import { updateCommand } from "./kiln-host.ts";
import { letRun, runStockService } from "./stock-service.ts";

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
    const { host, setLatest, update, state, status } = hello;
    const images = async () => (await succeed(host, "ls", "/opt/extensions/hello")).split("\n");
    const refusedImages = async () => (await status()).refused.map(({ image }) => image).toSorted();
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

    // By hand, as docs/hosts.md says, to the oldest image.
    const image = `/opt/extensions/hello/${imageOf("3.5.10")}`;
    await succeed(host, "ln", "-sfn", image, "/etc/extensions/hello.raw");
    await succeed(host, "sh", "-c", "systemd-sysext refresh && systemctl restart hello");
    await host.waitFor("the oldest one", async () => (await state()).running === all("3.5.10").running);
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.10"));
    expect(await refusedImages()).toEqual([imageOf("3.5.10-2")]);

    await setLatest("3.5.11");
    expect(await update()).not.toBe(0);
    await host.waitFor("the previous version", async () => (await state()).running === all("3.5.10").running);
    expect(await state()).toEqual(all("3.5.10"));
    expect(await host.journal("kiln-host.service")).toContain(
      `${imageOf("3.5.11")} was unhealthy: returning to ${imageOf("3.5.10")}`,
    );
    expect(await refusedImages()).toContain(imageOf("3.5.11"));
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.10"));

    await setLatest("3.5.12");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(all("3.5.12"));
    // The previous image is kept, even if it is the oldest; and nothing but it and the newest ones.
    for (const round of [1, 2]) {
      expect({ round, images: await images() }).toMatchObject({
        images: expect.arrayContaining(["3.5.10", "3.5.12"].map(imageOf)),
      });
      expect((await images()).length).toBeLessThanOrEqual(4);
      expect(await update()).toBe(0);
    }
  });

  test("that is interrupted is judged by the next one, also after a reboot", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.10", options: ["--pin", "3.5"] });
    const { host, setLatest, update, state } = hello;
    await setLatest("3.5.11");
    await succeed(host, ...updateCommand("--no-block"));
    await host.waitFor(
      "the restart",
      async () => (await state()).running === all("3.5.11", "unhealthy").running,
    );
    await succeed(host, "systemctl", "kill", "--signal=KILL", "kiln-host.service");
    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await state()).toEqual(all("3.5.11", "unhealthy"));

    expect(await update()).not.toBe(0);
    expect(await host.journal("kiln-host.service")).toContain(
      `${imageOf("3.5.11")} was unhealthy: returning to ${imageOf("3.5.10")}`,
    );
    // The newest version that was not refused.
    expect(await state()).toEqual(all("3.5.10-2", "healthy", "hello again"));
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
    const [old, fresh] = [imageOf("3.5.10"), imageOf("3.5.12")];
    const record = `state=trial\nimage=${fresh}\nprevious=${old}\nrunning=${old}\n`;
    const checksum = createHash("sha256").update(record).digest("hex");
    await host.write("/var/lib/sysext-kiln/state/hello", `${record}checksum=${checksum}\n`);
    await succeed(host, "ln", "-sfn", `/opt/extensions/hello/${old}`, "/etc/extensions/hello.raw");
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

  test("starts automatically after the boot, and also installs the first image", async () => {
    await using hello = await bootHelloHost(releases, {
      suite,
      first: "3.5.12",
      options: ["--pin", "3.5"],
      hasTimer: true,
      prepare: async (root) => {
        await rm(join(root, "etc/extensions/hello.raw"));
        await rm(join(root, "opt/extensions/hello"), { recursive: true });
      },
    });
    const { host, state } = hello;
    await host.waitFor("the first image to run", async () => (await state()).running !== "", {
      timeoutMs: 120_000,
    });
    expect(await state()).toEqual(all("3.5.12"));
    expect(await property(host, "kiln-host.timer", "ActiveState")).toBe("active");
    expect(await property(host, "kiln-host.timer", "NextElapseUSecMonotonic")).not.toBe("");
  });
});

describeOnHosts.concurrent("an update at the next reboot", (suite) => {
  test("is fetched, and takes effect after the reboot that it requests", async () => {
    const options = ["--pin", "3.5", "--reboot"];
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.10", options });
    const { host, setLatest, update, state, status } = hello;
    const isRequested = async () => (await host.run(["test", "-e", "/run/reboot-required"])).status === 0;
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await update()).toBe(0);
    expect(await isRequested()).toBe(false);
    await setLatest("3.5.12");
    expect(await update()).toBe(0);
    expect(await isRequested()).toBe(true);
    expect(await state()).toEqual(all("3.5.10"));
    expect(await status()).toMatchObject({ waitingFor: imageOf("3.5.12") });

    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await state()).toEqual(all("3.5.12"));
    expect(await isRequested()).toBe(false);
    expect(await property(host, "hello.service", "NRestarts")).toBe("0");
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf("3.5.12") });
    expect(await isRequested()).toBe(false);
  });

  test("is not judged before the reboot, and the previous image is restored after it if necessary", async () => {
    const options = ["--pin", "3.5", "--reboot"];
    await using hello = await bootHelloHost(releases, { suite, first: "3.5.10", options });
    const { host, setLatest, update, state } = hello;
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await update()).toBe(0);
    await setLatest("3.5.11");
    expect(await update()).toBe(0);
    await host.reboot();
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await state()).toEqual(all("3.5.11", "unhealthy"));
    expect(await update()).not.toBe(0);
    await host.waitFor("the previous version", async () => (await state()).running === all("3.5.10").running);
    expect(await state()).toEqual(all("3.5.10"));
  });
});
