import { rm } from "node:fs/promises";
import { join } from "node:path";
import { settledHost, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const all = (version: string) => ({ linked: version, merged: version, runs: version });
const file = "var/lib/sysext-kiln/state/etcd";

describe("a state file that is", () => {
  test.each([
    ["missing", async () => undefined],
    ["empty", async () => ""],
    ["cut off", async (text: string) => text.slice(0, 40)],
    ["without its checksum", async (text: string) => text.replace(/checksum=.*\n/, "")],
    ["changed", async (text: string) => text.replace("settled", "trial")],
    ["not text", async () => "\u0001\u0002=\n\n==\nwaited=1;reboot\n"],
  ])("%s leaves the linked image in use, and never ends updates", async (_, damage) => {
    await using host = await settledHost("3.5.9");
    const text = await damage(await host.read(file));
    if (text === undefined) await rm(join(host.root, file));
    else await host.write(file, text);
    const { status, stdout } = await host.run();
    const isReported = status === 1 && stdout.includes(`${file} is damaged`);
    expect(isReported).toBe(text !== undefined);
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({ state: "settled", image: imageOf("3.5.9") });
    await host.publish("3.5.10");
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("empty after a power cut in the trial of a bad version leads back from it", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { health: "exit 1" });
    // The run is killed during the trial.
    await host.run({ KILL_AT: "45" });
    expect(await host.versions()).toMatchObject({ linked: "3.5.10" });
    await host.write(file, "");
    await host.boot();
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    await host.publish("3.5.11");
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.11"));
  });
});

test.each(["missing", "empty"])(
  "a state file that is %s does not bring a refused version back",
  async (how) => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", { health: "exit 1" });
    await host.run();
    const { refused } = await host.state();
    if (how === "missing") await rm(join(host.root, file));
    else await host.write(file, "");
    await host.run();
    await host.run();
    expect(await host.versions()).toEqual(all("3.5.9"));
    expect(await host.state()).toMatchObject({ state: "settled", refused });
    await host.kilnHost(["unhold", "etcd"]);
    await rm(join(host.root, file));
    await host.run();
    expect((await host.state())["refused"]).toContain("was unhealthy");
  },
);

describe("the time of day", () => {
  test.each(["2036-01-01T00:00:00Z", "1970-01-01T00:00:00Z"])(
    "does not matter: a good version is accepted at %s",
    async (date) => {
      await using host = await settledHost("3.5.9");
      await host.publish("3.5.10");
      await host.write("world/each-second", `#!/bin/sh\necho ${date} >"${host.root}/world/date"\n`);
      await host.run();
      expect(await host.versions()).toEqual(all("3.5.10"));
    },
  );
});

describe("a disk that is full", () => {
  test("before a trial makes the run fail, which keeps the old version and restarts nothing", async () => {
    await using host = await settledHost("3.5.9");
    await host.place("3.5.10");
    await host.write("run/sysext-kiln/next-check", "99999999\n");
    const { status } = await host.run({ FULL_AT: "4" });
    expect(status).toBe(1);
    expect(await host.versions()).toEqual(all("3.5.9"));
  });

  test.each([12, 25, 29, 33, 41, 60, 95])(
    "at step %i of a bad version's trial does not prevent the host from going back in that run",
    async (step) => {
      await using host = await settledHost("3.5.9");
      await host.publish("3.5.10", { health: "exit 1" });
      await host.run({ FULL_AT: String(step) });
      expect(Number(await host.read("world/steps"))).toBeGreaterThan(step);
      expect(await host.versions()).toEqual(all("3.5.9"));
      await host.run();
      await host.run();
      expect(await host.versions()).toEqual(all("3.5.9"));
      // Started at boot, for the trial, and for the way back; once more at most, and never for a second trial.
      const [, starts] = (await host.read("world/units/etcd.service")).split(" ");
      expect(Number(starts)).toBeLessThanOrEqual(4);
      expect(await host.state()).toMatchObject({ state: "settled", image: imageOf("3.5.9") });
      await host.publish("3.5.11");
      await host.run();
      expect(await host.versions()).toEqual(all("3.5.11"));
    },
  );
});
