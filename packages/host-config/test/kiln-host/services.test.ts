import { rm } from "node:fs/promises";
import { join } from "node:path";
import { settledHost, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const all = (version: string) => ({ linked: version, merged: version, runs: version });

describe("a version", () => {
  test.each(["crashes", "exits", "fails", "hangs", "gap"] as const)(
    "whose service %s when it is started is refused",
    async (start) => {
      await using host = await settledHost("3.5.9");
      await host.publish("3.5.10", { start });
      expect(await host.run()).toMatchObject({ status: 1 });
      expect(await host.versions()).toEqual(all("3.5.9"));
      expect(await host.state()).toMatchObject({
        state: "settled",
        refused: expect.stringContaining(imageOf("3.5.10")),
      });
    },
  );

  test("that becomes unhealthy before it has been healthy for long enough is refused", async () => {
    await using host = await settledHost("3.5.9");
    const health = `n=$(cat "$W/looks" || echo 0); echo $((n + 1)) >"$W/looks"; [ "$n" -lt 2 ]`;
    await host.publish("3.5.10", { health });
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(all("3.5.9"));
  });

  test("that needs a while to become healthy is accepted", async () => {
    await using host = await settledHost("3.5.9");
    const health = `n=$(cat "$W/looks" || echo 0); echo $((n + 1)) >"$W/looks"; [ "$n" -ge 6 ]`;
    await host.publish("3.5.10", { health });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.10"));
  });

  test("is not blamed if the version before was unhealthy as well", async () => {
    const health = '! [ -e "$W/is-ill" ]';
    await using host = await settledHost("3.5.9", { health });
    await host.write("world/is-ill", "");
    await host.publish("3.5.10", { health });
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.versions()).toEqual(all("3.5.10"));
    const unhealthy = await host.state();
    expect(unhealthy).toMatchObject({ state: "unhealthy", image: imageOf("3.5.10") });
    expect(unhealthy).not.toHaveProperty("refused");
    expect(await host.kilnHost(["status"])).toMatchObject({ status: 1 });

    await rm(join(host.root, "world/is-ill"));
    await host.kilnHost(["run"]);
    expect(await host.state()).toMatchObject({ state: "settled", image: imageOf("3.5.10") });
    expect(await host.kilnHost(["status"])).toMatchObject({ status: 0 });
  });

  test("replaces an unhealthy one without a way back to it", async () => {
    await using host = await settledHost("3.5.9");
    await host.setUnit("failed");
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.10"));
    expect(await host.state()).toMatchObject({ state: "settled", previous: "" });
  });
});

describe("a new host whose service is not healthy yet", () => {
  const health = '[ -e "$W/cluster" ]';

  test("waits for it without needing a person for a day, and settles when it is", async () => {
    await using host = await settledHost("3.5.9", { health });
    const waits = { state: "untested", "waiting-reason": "no version has been healthy on this host yet" };
    expect(await host.state()).toMatchObject(waits);
    expect(await host.run()).toMatchObject({ status: 0, stdout: "" });
    expect(await host.kilnHost(["status"])).toMatchObject({ status: 0 });
    await host.write("world/cluster", "");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.state()).toMatchObject({ state: "settled", "waiting-for": "" });
  });

  test("needs a person after a day", async () => {
    await using host = await settledHost("3.5.9", { health });
    for (const status of [0, 0, 1]) expect(await host.run()).toMatchObject({ status });
  });
});

describe("a service", () => {
  test("between two attempts to start it is not stopped: the new version is judged", async () => {
    await using host = await settledHost("3.5.9");
    await host.setUnit("gap");
    await host.publish("3.5.10", { start: "gap" });
    expect(await host.run()).toMatchObject({ status: 1 });
    expect(await host.state()).toMatchObject({ state: "unhealthy" });
    await host.publish("3.5.11");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.5.11"));
  });

  test.each(["masked", "inactive"])("that is %s is not started by an update", async (active) => {
    await using host = await settledHost("3.5.9");
    await host.setUnit(active);
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual({ linked: "3.5.10", merged: "3.5.10", runs: "3.5.9" });
    expect(await host.read("world/units/etcd.service")).toContain(active);
    expect(await host.state()).toMatchObject({ state: "untested", previous: imageOf("3.5.9") });
  });

  test.each([
    ["healthy", {}, "3.5.10", "settled"],
    ["unhealthy", { health: "exit 1" }, "3.5.9", "settled"],
  ])("that was masked, and is started again, is judged then: %s", async (_, options, version, state) => {
    await using host = await settledHost("3.5.9");
    await host.setUnit("masked");
    await host.publish("3.5.10", options);
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.5.10" });
    await host.write("world/units/etcd.service", `active 7 ${imageOf("3.5.10")}\n`);
    await host.run();
    expect(await host.versions()).toEqual(all(version));
    expect(await host.state()).toMatchObject({ state });
  });

  test("that was masked during two updates goes back to the version that was healthy", async () => {
    await using host = await settledHost("3.5.9");
    await host.setUnit("masked");
    for (const version of ["3.5.10", "3.5.11"]) {
      await host.publish(version, { health: "exit 1" });
      await host.run();
    }
    expect(await host.state()).toMatchObject({ state: "untested", previous: imageOf("3.5.9") });
    expect(await host.images()).toContain(imageOf("3.5.9"));
    await host.write("world/units/etcd.service", `active 7 ${imageOf("3.5.11")}\n`);
    await host.run();
    expect(await host.state()).toMatchObject({ image: imageOf("3.5.9") });
  });

  test("that an operator masks during the trial stays masked, and the image untested", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10", {
      health: 'read -r _ n _ <"$W/units/etcd.service"; echo "masked $n x" >"$W/units/etcd.service"; exit 1',
    });
    await host.run();
    expect(await host.state()).toMatchObject({ state: "untested", previous: imageOf("3.5.9") });
    expect(await host.read("world/units/etcd.service")).toContain("masked");
  });
});

describe("a rollback", () => {
  test.each([
    ["3.5.9", "3.5.10", "3.5.9"],
    ["3.5.9", "3.6.0", "3.6.0"],
  ])("from %s, if its image only allows it within a series, after %s leaves %s", async (old, next, left) => {
    await using host = await settledHost(old, { rollback: "series" });
    await host.publish(next, { rollback: "series", start: "fails" });
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(await host.versions()).toMatchObject({ linked: left, merged: left });
    if (left === old) return;
    expect(stdout).toContain("restore a backup");
    expect(await host.state()).toMatchObject({ state: "unhealthy", previous: imageOf(old) });
    expect(await host.kilnHost(["rollback", "etcd"])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("ROLLBACK=any"),
    });
    await host.publish("3.6.1", { rollback: "series" });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toEqual(all("3.6.1"));
  });

  test("to a version that is unhealthy as well needs a person", async () => {
    const health = '! [ -e "$W/is-ill" ]';
    await using host = await settledHost("3.5.9", { health });
    await host.publish("3.5.10", { health: 'touch "$W/is-ill"; exit 1' });
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(stdout).toContain(`${imageOf("3.5.9")} is unhealthy`);
    expect(await host.state()).toMatchObject({ state: "unhealthy", image: imageOf("3.5.9") });
  });
});
