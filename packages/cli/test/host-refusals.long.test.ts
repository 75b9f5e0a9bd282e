import { appendFile, copyFile, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configuredSigner } from "@sysext-kiln/publisher";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";
import { succeed } from "./host-services.ts";
import type { ReleaseServer } from "./release-server.ts";

const [old, next] = ["3.5.10", "3.5.12"] as const;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases("bestBeforeDays: 30\n");
  await releases.offer([old]);
  await releases.offer([next]);
});

afterAll(async () => {
  await releases[Symbol.asyncDispose]();
});

/** The image of the next version: in the update directory, and in its release, from which kiln-host fetches it. */
const copies = [imageOf(next), `../../download/hello-v${next}/${imageOf(next)}`];

async function forEachCopy(server: ReleaseServer, change: (path: string) => Promise<void>): Promise<void> {
  for (const copy of copies) await change(server.file(copy));
}

/** Faults of what is published, or of the connection to it. */
const faults: Readonly<Record<string, (server: ReleaseServer) => Promise<void>>> = {
  "a changed manifest": (server) => appendFile(server.file("SHA256SUMS"), `${"0".repeat(64)}  x\n`),
  "a changed image": (server) => forEachCopy(server, (path) => appendFile(path, "x")),
  "a missing signature": (server) => rm(server.file("SHA256SUMS.gpg")),
  "a signature by a foreign key": async (server) => {
    const signer = await configuredSigner({
      signingKey: undefined,
      signingKeyFile: releases.foreignKey,
      signingPassphrase: undefined,
    });
    const manifest = await readFile(server.file("SHA256SUMS"), "utf8");
    await writeFile(server.file("SHA256SUMS.gpg"), (await signer?.sign(manifest, new Date())) ?? "");
  },
  "the signed manifest of the permanent release": async (server) => {
    const release = server.file(`../../download/hello-v${next}`);
    for (const name of ["SHA256SUMS", "SHA256SUMS.gpg"])
      await copyFile(join(release, name), server.file(name));
  },
  "a truncated image": (server) => forEachCopy(server, (path) => truncate(path, 1000)),
  "an empty image": (server) => forEachCopy(server, (path) => truncate(path, 0)),
  "a missing image that is listed": (server) => forEachCopy(server, (path) => rm(path)),
  "a missing manifest, as while the update directory is switched": (server) => rm(server.file("SHA256SUMS")),
  "a connection that ends in the middle of an image": async (server) =>
    server.proxy.break(imageOf(next), server.file(imageOf(next)), "cut"),
  "a connection that stalls in the middle of an image": async (server) =>
    server.proxy.break(imageOf(next), server.file(imageOf(next)), "stall"),
};

/** Runs work while there is a fault. */
async function withFault(server: ReleaseServer, fault: string, work: () => Promise<void>): Promise<void> {
  const names = ["SHA256SUMS", "SHA256SUMS.gpg", ...copies];
  for (const name of names) await copyFile(server.file(name), `${server.file(name)}.good`);
  await faults[fault]?.(server);
  await work();
  server.proxy.repair();
  for (const name of names) await rename(`${server.file(name)}.good`, server.file(name));
}

/** Restores the old version, as if the new one had never been installed. */
async function restoreOld({ host, state }: HelloHost): Promise<void> {
  await succeed(host, "ln", "-sfn", `/opt/extensions/hello/${imageOf(old)}`, "/etc/extensions/hello.raw");
  await succeed(host, "rm", `/opt/extensions/hello/${imageOf(next)}`, "/var/lib/sysext-kiln/state/hello");
  await succeed(host, "systemd-sysext", "refresh");
  await succeed(host, "systemctl", "restart", "hello");
  await host.waitFor("the old version", async () => (await state()).running.includes(old));
}

function stateOf(version: string) {
  const says = `hello ${version} healthy\nhello`;
  return { running: says, linked: imageOf(version), merged: says };
}

describeOnHosts.concurrent("an update that is refused", (suite) => {
  test("changes nothing, and the next valid one is installed automatically", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: old });
    const { host, server, setLatest, update, state, status } = hello;
    // A quarter of this is how long all downloads of a run may take.
    await succeed(host, "sh", "-c", "echo RUN_SECONDS=40 >>/etc/sysext-kiln/host.conf");
    await host.waitFor("the service", async () => (await state()).running !== "");
    for (const fault of Object.keys(faults)) {
      await setLatest(next);
      await withFault(server, fault, async () => {
        await update();
        expect({ fault, ...(await status()) }).toMatchObject({ fetchFailure: expect.stringMatching(/./) });
        expect({ fault, ...(await state()) }).toEqual({ fault, ...stateOf(old) });
      });
      expect({ after: fault, status: await update() }).toMatchObject({ status: 0 });
      expect({ after: fault, ...(await state()) }).toEqual({ after: fault, ...stateOf(next) });
      expect({ after: fault, ...(await status()) }).toMatchObject({ fetchFailure: null, state: "settled" });
      await restoreOld(hello);
    }
  });

  test("because another extension is broken is retried", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: old });
    const { host, setLatest, update, state, status } = hello;
    await host.waitFor("the service", async () => (await state()).running !== "");
    expect(await update()).toBe(0);
    await setLatest(next);
    await host.write("/etc/extensions/other.raw", "not an image\n");
    await update();
    expect(await state()).toEqual(stateOf(old));
    expect(await status()).toMatchObject({
      inUse: imageOf(old),
      waitingFor: imageOf(next),
      waitingReason: expect.stringContaining("other.raw"),
    });
    expect(await host.journal("kiln-host.service")).toContain(`${imageOf(next)} waits: it cannot be merged`);
    await succeed(host, "rm", "/etc/extensions/other.raw");
    expect(await update()).toBe(0);
    expect(await state()).toEqual(stateOf(next));
  });
});
