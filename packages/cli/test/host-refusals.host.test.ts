import { appendFile, copyFile, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configuredSigner } from "@sysext-kiln/publisher";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";
import type { Site } from "./site.ts";

const [old, next] = ["3.5.10", "3.5.12"] as const;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases({ KILN_BEST_BEFORE_DAYS: "30" });
  await releases.offer([old]);
  await releases.offer([next]);
});

afterAll(async () => {
  await releases[Symbol.asyncDispose]();
});

/** What is wrong with the update directory, or with the way to it. */
const faults: Readonly<Record<string, (site: Site) => Promise<void>>> = {
  "a manifest that was changed": (site) => appendFile(site.file("SHA256SUMS"), `${"0".repeat(64)}  x\n`),
  "an image that was changed": (site) => appendFile(site.file(imageOf(next)), "x"),
  "a signature that is missing": (site) => rm(site.file("SHA256SUMS.gpg")),
  "a signature by a stranger": async (site) => {
    const stranger = await configuredSigner({
      signingKey: undefined,
      signingKeyFile: releases.strangersKey,
      signingPassphrase: undefined,
    });
    const manifest = await readFile(site.file("SHA256SUMS"), "utf8");
    await writeFile(site.file("SHA256SUMS.gpg"), (await stranger?.sign(manifest, new Date())) ?? "");
  },
  "the signed manifest of the permanent release": async (site) => {
    const release = site.file(`../../download/hello-v${next}`);
    for (const name of ["SHA256SUMS", "SHA256SUMS.gpg"]) await copyFile(join(release, name), site.file(name));
  },
  "an image that is shorter": (site) => truncate(site.file(imageOf(next)), 1000),
  "an image that is empty": (site) => truncate(site.file(imageOf(next)), 0),
  "a listed image that is missing": (site) => rm(site.file(imageOf(next))),
  "a manifest that is not there, as in the middle of a switch": (site) => rm(site.file("SHA256SUMS")),
  "a connection that ends in the middle of an image": async (site) =>
    site.front.break(imageOf(next), site.file(imageOf(next)), "cut"),
  "a connection that stalls in the middle of an image": async (site) =>
    site.front.break(imageOf(next), site.file(imageOf(next)), "stall"),
};

/** Runs work with a fault, and takes it away again. */
async function withFault(site: Site, fault: string, work: () => Promise<void>): Promise<void> {
  const names = ["SHA256SUMS", "SHA256SUMS.gpg", imageOf(next)];
  for (const name of names) await copyFile(site.file(name), `${site.file(name)}.good`);
  await faults[fault]?.(site);
  await work();
  site.front.mend();
  for (const name of names) await rename(`${site.file(name)}.good`, site.file(name));
}

/** Back to the old version, as if the new one had never come. */
async function forget({ host, state }: HelloHost): Promise<void> {
  await succeed(host, "ln", "-sfn", `/opt/extensions/hello/${imageOf(old)}`, "/etc/extensions/hello.raw");
  await succeed(host, "rm", `/opt/extensions/hello/${imageOf(next)}`);
  await succeed(host, "systemd-sysext", "refresh");
  await succeed(host, "systemctl", "restart", "hello");
  await host.waitFor("the old version", async () => (await state()).running.includes(old));
}

function stateOf(version: string) {
  const says = `hello ${version} well\nhello`;
  return { running: says, linked: imageOf(version), merged: says };
}

describeOnHosts.concurrent("an update that is refused", (suite) => {
  test("changes nothing, and the next good one goes through by itself", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: old });
    const { host, site, show, update, state } = hello;
    await host.write(
      "/etc/systemd/system/hello-update.service.d/soon.conf",
      "[Service]\nTimeoutStartSec=5\n",
    );
    await succeed(host, "systemctl", "daemon-reload");
    await host.waitFor("the service", async () => (await state()).running !== "");
    for (const fault of Object.keys(faults)) {
      await show(next);
      await withFault(site, fault, async () => {
        expect({ fault, status: await update() }).not.toMatchObject({ status: 0 });
        expect({ fault, ...(await state()) }).toEqual({ fault, ...stateOf(old) });
      });
      expect({ after: fault, status: await update() }).toMatchObject({ status: 0 });
      expect({ after: fault, ...(await state()) }).toEqual({ after: fault, ...stateOf(next) });
      await forget(hello);
    }
  });

  test("because another extension is broken is tried again", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: old });
    const { host, show, update, state } = hello;
    await show(next);
    await host.waitFor("the service", async () => (await state()).running !== "");
    await host.write("/etc/extensions/other.raw", "not an image\n");
    expect(await update()).not.toBe(0);
    expect(await state()).toEqual(stateOf(old));
    expect(await host.journal("hello-update.service")).toContain(`keeping ${imageOf(old)}`);
    await succeed(host, "rm", "/etc/extensions/other.raw");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(stateOf(next));
  });
});
