import { cp } from "node:fs/promises";
import { join } from "node:path";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { full, old, next, restoreOld } from "./disk-faults.ts";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { property, succeed } from "./host-services.ts";
import { updateCommand } from "./kiln-host.ts";

/** Further versions: one that is unhealthy, one that comes after it, and an unhealthy one of the next series. */
const [bad, newest, series] = ["3.5.13", "3.5.14", "3.6.0"] as const;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases();
  await releases.offer([old]);
  await releases.offer([next]);
  await releases.offer([bad], { state: "unhealthy" });
  await releases.offer([newest]);
  await releases.offer([series], { state: "unhealthy" });
});

afterAll(() => releases[Symbol.asyncDispose]());

// The shell commands of these tests, for the host.
const overrides = "/etc/sysext-kiln/hello";
const images = "/opt/extensions/hello";
const settings = "/etc/sysext-kiln/host.conf";
const lock = "[ ! -e /run/held ] || { echo held by node-2; exit 1; }\n";

/** A host on which the old version runs and was judged. */
async function bootSettled(suite: Parameters<typeof bootHelloHost>[1]["suite"]) {
  const hello = await bootHelloHost(releases, { suite, first: old, options: ["--pin", "3.5"] });
  const sh = (script: string) => succeed(hello.host, "sh", "-euc", script);
  await hello.host.waitFor("the service", async () => (await hello.state()).running !== "");
  expect(await hello.update()).toBe(0);
  return { ...hello, sh, restore: () => restore(hello, sh) };
}

async function restore(hello: HelloHost, sh: (script: string) => Promise<string>): Promise<void> {
  await sh(
    `rm -rf ${overrides} /run/held /run/ill; rm -f $(find ${images} -name 'hello-*' ! -name ${imageOf(old)})`,
  );
  await restoreOld(hello);
  await hello.setLatest(old);
  expect(await hello.update()).toBe(0);
}

const runs = (version: string) => expect.stringContaining(`hello ${version} `);

describeOnHosts.concurrent("a bad version", (suite) => {
  test("stays, loudly, if its data cannot be used by the series before", async () => {
    await using hello = await bootSettled(suite);
    const { host, sh, update, status, state, setLatest } = hello;
    const conf = "SERVICES=hello.service\nHEALTHY_SECONDS=5\nSTEADY_SECONDS=1\nROLLBACK=series\n";
    await host.write(`${overrides}/extension.conf`, conf);
    await sh("sed -i s/hello-3.5.@v/hello-3.6.@v/ /etc/sysupdate.hello.d/hello.conf");
    await setLatest(series);
    for (const round of [1, 2]) expect({ round, status: await update() }).not.toEqual({ round, status: 0 });
    expect(await status()).toMatchObject({ state: "unhealthy", inUse: imageOf(series), refused: [] });
    expect(await state()).toMatchObject({ running: runs(series), linked: imageOf(series) });
    expect((await host.run(["kiln-host", "status"])).stdout).toContain(
      "restore a backup from before the update",
    );
    expect(await sh(`ls ${images}`)).toContain(imageOf(old));
  });

  test("is left although the disk becomes full in its trial", async () => {
    await using hello = await bootSettled(suite);
    const { host, sh, update, status, state, setLatest } = hello;
    await setLatest(bad);
    await succeed(host, ...updateCommand("--no-block"));
    await host.waitFor("the trial", async () => (await state()).running.includes(bad));
    const fault = full("/var/lib/sysext-kiln");
    await succeed(host, "sh", "-uc", fault.begin);
    await host.waitFor("the old version", async () => (await state()).running.includes(old));
    const ended = async () => (await property(host, "kiln-host.service", "ActiveState")) !== "activating";
    await host.waitFor("the end of the run", ended);
    await sh(fault.end);
    await update();
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf(old) });
  });

  test("is not adopted in a restart gap, in which its service has no process", async () => {
    await using hello = await bootSettled(suite);
    const { host, sh, update, status, state, setLatest } = hello;
    const gap = '[Service]\nRestart=always\nRestartSec=3\nExecStartPre=sh -c "! [ -e /run/ill ]"\n';
    await host.write("/etc/systemd/system/hello.service.d/gap.conf", gap);
    await sh("systemctl daemon-reload; touch /run/ill; systemctl restart hello || true");
    await setLatest(bad);
    expect(await update()).not.toBe(0);
    expect(await status()).toMatchObject({ state: "unhealthy", inUse: imageOf(bad) });
    await sh("rm /run/ill");
    await setLatest(newest);
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ running: runs(newest), linked: imageOf(newest) });
  });

  test("is judged as soon as its service, which was masked, is started again", async () => {
    await using hello = await bootSettled(suite);
    const { sh, update, status, state, setLatest } = hello;
    await sh("systemctl mask --runtime --now hello.service");
    await setLatest(bad);
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ state: "untested", inUse: imageOf(bad), previous: imageOf(old) });
    await sh("systemctl unmask --runtime hello.service; systemctl start hello");
    expect(await update()).not.toBe(0);
    // The newest one on offer that was not refused.
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf(next) });
    expect(await state()).toMatchObject({ running: runs(next) });
    expect((await status()).refused.map(({ image }) => image)).toEqual([imageOf(bad)]);
  });
});

describeOnHosts.concurrent("a good version", (suite) => {
  test("is not blamed if the host was unhealthy before, nor for steps of the clock", async () => {
    await using hello = await bootSettled(suite);
    const { host, sh, update, status, state, setLatest } = hello;
    await host.write(`${overrides}/health`, "! [ -e /run/ill ] && grep -qw healthy /run/hello\n");
    await sh("touch /run/ill");
    await setLatest(next);
    expect(await update()).not.toBe(0);
    expect(await status()).toMatchObject({ state: "unhealthy", inUse: imageOf(next), refused: [] });
    await sh("rm /run/ill");
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf(next) });

    await hello.restore();
    // The machine's own clock must not be changed. This is all of it that kiln-host sees.
    const step =
      "if rm /run/step 2>/dev/null; then echo 2036-01-01T00:00:00Z; else touch /run/step; echo 1970-01-01T00:00:00Z; fi";
    await host.write("/run/steps/date", `#!/bin/sh\n${step}\n`);
    const path =
      "[Service]\nEnvironment=PATH=/run/steps:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n";
    await host.write("/etc/systemd/system/kiln-host.service.d/steps.conf", path);
    await sh("chmod 755 /run/steps/date; systemctl daemon-reload");
    await setLatest(next);
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ running: runs(next) });
    expect(await status()).toMatchObject({ state: "settled", refused: [] });
  });

  test("is taken from disk, however it got there, but never past the restart lock", async () => {
    await using hello = await bootSettled(suite);
    const { host, sh, update, status, state, setLatest } = hello;
    const release = join(releases.folder, "public/releases/download", `hello-v${next}`, imageOf(next));
    await cp(release, join(host.root, images, imageOf(next)));
    const inode = () => sh(`stat --format=%i ${images}/${imageOf(next)}`);
    const before = await inode();
    await setLatest(next);
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ running: runs(next), linked: imageOf(next) });
    expect(await inode()).toBe(before);

    await hello.restore();
    await host.write(`${overrides}/restart-lock`, lock);
    await sh("touch /run/held");
    await setLatest(next);
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ waitingFor: imageOf(next), waitingReason: "held by node-2" });
    // Somebody takes the image that waits, and another one is released.
    await sh(`ln -sfn ${images}/${imageOf(next)} /etc/extensions/hello.raw; systemd-sysext refresh`);
    await setLatest(newest);
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ running: runs(old), linked: imageOf(old) });
    expect(await sh(`ls ${images}`)).toContain(imageOf(old));

    // Its holder is dead, and somebody hears of it.
    await sh(`echo ALERT_SECONDS=1 >>${settings}`);
    await host.waitFor("an alert", async () => (await update()) !== 0);
    expect((await host.run(["kiln-host", "status"])).stdout).toMatch(/has waited since .*: held by node-2/);
    await sh("rm /run/held");
    expect(await update()).toBe(0);
    expect(await state()).toMatchObject({ running: runs(newest), linked: imageOf(newest) });
  });

  test("that waits for a reboot is not merged by somebody else's merge", async () => {
    await using hello = await bootSettled(suite);
    const { sh, update, status, state, setLatest } = hello;
    await sh(`sed -i s/^MODE=.*/MODE=reboot/ ${settings}`);
    await setLatest(next);
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ waitingFor: imageOf(next), waitingReason: "the next reboot" });
    await sh("systemd-sysext refresh");
    expect(await state()).toMatchObject({ linked: imageOf(old), merged: runs(old) });
  });
});

describeOnHosts.concurrent("a signature that cannot be verified", (suite) => {
  test("is told apart from a wrong one: a foreign keyring that hides ours, or no gpg", async () => {
    await using hello = await bootSettled(suite);
    const { sh, update, status, setLatest } = hello;
    await setLatest(next);
    await sh("mount --bind /dev/null /usr/bin/gpg");
    expect(await update()).not.toBe(0);
    expect((await status()).fetchFailure).toContain("gpg is not installed");
    await sh("umount /usr/bin/gpg; touch /etc/systemd/import-pubring.pgp");
    // Only systemd 258 and newer read the other keyring.
    const isHidden = suite === "forky";
    expect((await update()) !== 0).toBe(isHidden);
    const reason = "import-pubring.pgp hides import-pubring.gpg";
    expect(((await status()).fetchFailure ?? "").includes(reason)).toBe(isHidden);
    await sh("rm /etc/systemd/import-pubring.pgp");
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf(next) });
  });
});
