import { rm } from "node:fs/promises";
import { join } from "node:path";
import { openHostFolder, settledHost, type HostFolder, imageOf } from "@sysext-kiln/testbed/host-folder";
import { describe, expect, test } from "vitest";

const list = "list\n";

async function setUptime(host: HostFolder, seconds: number): Promise<void> {
  await host.write("world/uptime", `${seconds}\n`);
}

describe("the repository is asked", () => {
  test("at the first run after a boot, then after the interval and half of the delay, and when an operator asks for it", async () => {
    await using host = await openHostFolder();
    await host.place("3.5.9");
    await host.link("3.5.9");
    await host.boot();
    const calls = async (uptime: number) => {
      await host.write("world/calls", "");
      await setUptime(host, uptime);
      await host.kilnHost(["run"]);
      return host.read("world/calls");
    };
    expect(await calls(100)).toBe(list);
    // 21600 seconds, and half of 7200, as the random number is always the middle one.
    expect(await calls(25_000)).toBe("");
    expect(await calls(25_400)).toBe(list);
    expect(await calls(25_500)).toBe("");
    await host.write("run/sysext-kiln/update-now", "");
    expect(await calls(25_600)).toBe(list);
    expect(await host.read("run/sysext-kiln/update-now")).toBe("");
    expect(await calls(25_700)).toBe("");
    await host.boot();
    expect(await calls(50)).toBe(list);
  });

  test("every hour by canaries, so that they have run a version for some time before others take it", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("etc/sysext-kiln/host.conf", "RING=canary\n");
    await host.run();
    const next = Number(await host.read("run/sysext-kiln/next-check"));
    expect(next - Number(await host.read("world/uptime"))).toBe(3600 + 600 / 2);
  });

  test("at the times that the settings have; invalid ones are reported", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(
      "etc/sysext-kiln/host.conf",
      "# comment\nINTERVAL_SECONDS=100\nSPREAD_SECONDS=0\nSPREAD=1\nRETRY_SECONDS=010\n",
    );
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(stdout).toContain('"SPREAD=1" is not a valid setting');
    expect(stdout).toContain('"RETRY_SECONDS=010" is not a valid setting');
    const next = Number(await host.read("run/sysext-kiln/next-check"));
    expect(next - Number(await host.read("world/uptime"))).toBe(100);
  });

  test("and the reason of a failure is the message about it, not one about a success before it", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(
      "world/repository-fails",
      "Signature verification succeeded.\nFailed to write file: No space left on device\n",
    );
    const { stdout } = await host.run();
    expect(stdout).toContain("cannot fetch: Failed to write file: No space left on device");
  });

  test("a second time if the first time takes a minute", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    await host.write("world/stalls-once", "");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect((await host.versions()).runs).toBe("3.5.10");
  });

  test("for five minutes at most, so that a server that stalls leaves time for the images of the others", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/stalls", "");
    const started = Number(await host.read("world/uptime")) + 40_000;
    const { status, stdout } = await host.run();
    expect(status).toBe(0);
    expect(stdout).toContain(
      "cannot fetch: the server stalled: the download did not finish within 300 seconds",
    );
    // Once for the index, and once for the list of versions.
    expect(Number(await host.read("world/uptime")) - started).toBe(600);
  });

  test("again after ten minutes if it could not answer, and with a vacuum first", async () => {
    await using host = await settledHost("3.5.9");
    await host.write(
      "world/repository-fails",
      "Pulling it.\nTransfer failed: Could not connect to server\nExiting.\n",
    );
    const { status, stdout } = await host.run();
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: "<5>etcd: cannot fetch: Transfer failed: Could not connect to server",
    });
    const uptime = Number(await host.read("world/uptime"));
    await rm(join(host.root, "world/repository-fails"));
    await host.publish("3.5.10");
    await host.write("world/calls", "");
    await setUptime(host, uptime + 600);
    expect(await host.kilnHost(["run"])).toMatchObject({ status: 0 });
    expect(await host.read("world/calls")).toBe(`etcd vacuum\n${list}etcd update 3.5.10\nrefresh\n`);
    expect(await host.state()).toMatchObject({ "fetch-failure": "", image: imageOf("3.5.10") });
  });

  test("for a day without an answer before a person is told", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/repository-fails", "Transfer failed: Could not connect to server\n");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.run()).toMatchObject({ status: 0 });
    // The date says that years have passed, which does not matter.
    await host.write("world/date", "2036-01-01T00:00:00Z\n");
    expect(await host.run()).toMatchObject({ status: 0 });
    const { status, stdout } = await host.run();
    expect(status).toBe(1);
    expect(stdout).toContain("cannot fetch since 2026-11-30T08:00:00Z: Transfer failed");
  });
});

describe("a download", () => {
  test("is the newest version that was not refused, even if a newer one is offered", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.11", { health: "exit 1" });
    await host.run();
    await rm(join(host.root, "opt/extensions/etcd", imageOf("3.5.11")));
    await host.publish("3.5.10");
    await host.write("world/calls", "");
    await host.run();
    expect(await host.read("world/calls")).toContain("etcd update 3.5.10\n");
    expect(await host.read("world/calls")).not.toContain("3.5.11");
    expect(await host.versions()).toMatchObject({ runs: "3.5.10" });
  });

  test("is never an older version, nor one that is on disk", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.8");
    await host.publish("3.5.9");
    await host.write("world/calls", "");
    await host.run();
    expect(await host.read("world/calls")).toBe(list);
  });

  test("follows the series in the transfer, also to the next one", async () => {
    await using host = await settledHost("3.5.9");
    const transfer = "etc/sysupdate.etcd.d/etcd.conf";
    await host.write(transfer, (await host.read(transfer)).replace("etcd-@v", "etcd-3.6.@v"));
    await host.place("3.5.10");
    await host.place("3.6.0");
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.6.0", runs: "3.6.0" });
    await host.write(transfer, (await host.read(transfer)).replace("etcd-3.6.@v", "etcd-3.5.@v"));
    await host.run();
    expect(await host.versions()).toMatchObject({ linked: "3.6.0", runs: "3.6.0" });
  });

  test("is never an image of another extension whose name begins with the same word", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("world/answer", '{"all":["etcd-defrag-9.9.9","etcd-3.5.9"]}\n');
    await host.write("world/calls", "");
    await host.run();
    expect(await host.read("world/calls")).toBe(list);
  });

  test("of several extensions from the same place needs one list", async () => {
    await using host = await settledHost("1.0.0", {}, ["etcd", "keepalived"]);
    for (const name of ["etcd", "keepalived"]) await host.publish("1.0.1", { name });
    await host.write("world/calls", "");
    await host.run();
    expect(await host.read("world/calls")).toBe(
      `${list}etcd update 1.0.1\nkeepalived update 1.0.1\nrefresh\n`,
    );
    const transfer = "etc/sysupdate.keepalived.d/keepalived.conf";
    await host.write(transfer, (await host.read(transfer)).replace("example.org", "example.net"));
    await host.write("world/calls", "");
    await host.run();
    expect(await host.read("world/calls")).toBe(list.repeat(2));
  });

  test("from a repository without signatures is refused, unless the settings allow it", async () => {
    await using host = await settledHost("3.5.9");
    const transfer = "etc/sysupdate.etcd.d/etcd.conf";
    await host.write(transfer, (await host.read(transfer)).replace("Verify=true", "Verify=false"));
    await host.publish("3.5.10");
    expect(await host.run()).toMatchObject({
      status: 1,
      stdout: expect.stringContaining("UNSIGNED=allowed"),
    });
    expect(await host.versions()).toMatchObject({ runs: "3.5.9" });
    await host.write("etc/sysext-kiln/host.conf", "UNSIGNED=allowed\n");
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.versions()).toMatchObject({ runs: "3.5.10" });
  });

  test.each([
    ["gpg is not installed", { "world/no-gpg": "" }, "no signature can be verified: gpg is not installed"],
    [
      "somebody has put a keyring for newer systemd there",
      { "etc/systemd/import-pubring.pgp": "", "etc/systemd/import-pubring.gpg": "" },
      "import-pubring.pgp hides import-pubring.gpg",
    ],
    ["there is no keyring", {}, "/etc/systemd/import-pubring.gpg does not exist"],
  ])("that cannot be verified because %s needs a person at once", async (_, files, reason) => {
    await using host = await settledHost("3.5.9");
    for (const [path, text] of Object.entries(files)) await host.write(path, text);
    await host.write("world/repository-fails", "Signature verification failed.\nExiting.\n");
    expect(await host.run()).toMatchObject({ status: 1, stdout: expect.stringContaining(reason) });
  });

  test("of a manifest that somebody has changed is reported as such", async () => {
    await using host = await settledHost("3.5.9");
    await host.write("etc/systemd/import-pubring.gpg", "key");
    await host.write("world/repository-fails", "Signature verification failed.\n");
    expect(await host.run()).toMatchObject({
      status: 0,
      stdout: "<5>etcd: cannot fetch: Signature verification failed.",
    });
  });

  test("goes through the proxy in the settings, and what hooks ask does not", async () => {
    const health = '[ -z "${https_proxy-}" ]';
    await using host = await settledHost("3.5.9", { health });
    await host.write("etc/sysext-kiln/host.conf", "PROXY=http://proxy.example:3128/?a=b\n");
    await host.publish("3.5.10", { health });
    expect(await host.run()).toMatchObject({ status: 0 });
    expect(await host.read("world/proxies")).toBe("http://proxy.example:3128/?a=b\n".repeat(2));
    expect(await host.versions()).toMatchObject({ runs: "3.5.10" });
  });

  test("is chosen from the table that systemd 254 prints", async () => {
    await using host = await settledHost("3.5.9");
    await host.publish("3.5.10");
    const table = '[{"":"x","version":"etcd-3.5.10","installed":false},{"version":"etcd-3.5.9"}]';
    await host.write("world/answer", table);
    await host.run();
    expect(await host.versions()).toMatchObject({ runs: "3.5.10" });
  });
});
