import { hash } from "node:crypto";
import { mkdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { publishRelease } from "@sysext-kiln/publisher";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionOf, imagesOf } from "./images.ts";
import { bytesOf, downloaded } from "./published.ts";
import { openDirectoryStore, type TestStore } from "./test-store.ts";

const baseUrl = "https://example.org/extensions";
const keepalived = definitionOf("keepalived");
const kilnHost = definitionOf("kiln-host");
const archive = "releases/download/keepalived-v2.3.4/keepalived-v2.3.4.host-files.tar";

let storeUnderTest: TestStore;
beforeEach(async () => {
  storeUnderTest = await openDirectoryStore();
});
afterEach(() => storeUnderTest[Symbol.asyncDispose]());

async function publish(to: TestStore): Promise<void> {
  for (const [definition, version] of [
    [kilnHost, "1.0.0"],
    [keepalived, "2.3.4"],
  ] as const) {
    const images = await imagesOf(definition, version, join(to.folder, "images"));
    await publishRelease(to.store, definition, images, { baseUrl, kilnHost });
  }
}

/** Unpacks the archive as a host does. @returns the folder in place of the host's root */
async function unpack(...options: string[]): Promise<string> {
  const root = join(storeUnderTest.folder, "host");
  await mkdir(root, { recursive: true });
  const path = await downloaded(storeUnderTest, archive);
  await execa("tar", ["--extract", "--file", path, "--directory", root, ...options]);
  return root;
}

describe("the archive with the files of a host", () => {
  beforeEach(() => publish(storeUnderTest));

  test("has everything but the images, with its path and mode on the host", async () => {
    const { stdout } = await execa("tar", ["--list", "--file", await downloaded(storeUnderTest, archive)]);
    expect(stdout.split("\n")).toEqual([
      "etc/sysext-kiln/bootstrap",
      "etc/sysext-kiln/host.conf",
      "etc/sysext-kiln/recovery/kiln-host.conf",
      "etc/systemd/system/basic.target.wants/kiln-host-boot.service",
      "etc/systemd/system/kiln-host-boot.service",
      "etc/systemd/system/kiln-host-recovery.service",
      "etc/systemd/system/kiln-host-recovery.timer",
      "etc/systemd/system/kiln-host.service",
      "etc/systemd/system/kiln-host.timer",
      "etc/systemd/system/timers.target.wants/kiln-host-recovery.timer",
      "etc/systemd/system/timers.target.wants/kiln-host.timer",
      "etc/sysupdate.keepalived.component",
      "etc/sysupdate.keepalived.d/keepalived.conf",
      "etc/sysupdate.kiln-host.component",
      "etc/sysupdate.kiln-host.d/kiln-host.conf",
      "reboot/etc/sysext-kiln/host.conf",
      "reboot/keepalived-2.3.4-arm64.bu",
      "reboot/keepalived-2.3.4-arm64.ign",
      "reboot/keepalived-2.3.4-x86-64.bu",
      "reboot/keepalived-2.3.4-x86-64.ign",
    ]);
    const root = await unpack("etc");
    expect((await stat(join(root, "etc/sysext-kiln/bootstrap"))).mode & 0o777).toBe(0o755);
    expect((await stat(join(root, "etc/sysext-kiln/host.conf"))).mode & 0o777).toBe(0o644);
    expect(await readlink(join(root, "etc/systemd/system/timers.target.wants/kiln-host.timer"))).toBe(
      "/etc/systemd/system/kiln-host.timer",
    );
    const transfer = await readFile(join(root, "etc/sysupdate.keepalived.d/keepalived.conf"), "utf8");
    expect(transfer).toContain(`Path=${baseUrl}/releases/latest/download/\n`);
    const asset = "releases/download/keepalived-v2.3.4/keepalived.sysupdate.conf";
    expect(transfer).toBe((await bytesOf(storeUnderTest, asset)).toString());
  });

  test("has what differs on hosts that update at the next reboot", async () => {
    const root = await unpack("etc");
    const settings = () => readFile(join(root, "etc/sysext-kiln/host.conf"), "utf8");
    expect(await settings()).toContain("MODE=live\n");
    await unpack("--strip-components=1", "reboot/etc");
    expect(await settings()).toContain("MODE=reboot\n");
    await unpack();
    const butane = await readFile(join(root, "reboot/keepalived-2.3.4-arm64.bu"), "utf8");
    expect(butane).toContain("MODE=reboot\n");
    expect(butane).toContain("/keepalived-v2.3.4/keepalived-2.3.4-arm64.raw");
  });

  test("neither contains nor changes folders that the host has", async () => {
    const etc = join(storeUnderTest.folder, "host/etc");
    await mkdir(etc, { recursive: true, mode: 0o700 });
    await unpack();
    expect((await stat(etc)).mode & 0o777).toBe(0o700);
  });

  test("belongs to root, and has the same bytes whoever publishes it, and when", async () => {
    const { stdout } = await execa("tar", [
      ...["--list", "--verbose", "--numeric-owner", "--utc", "--full-time"],
      ...["--file", await downloaded(storeUnderTest, archive)],
    ]);
    for (const line of stdout.split("\n")) expect(line).toMatch(/ 0\/0 +\d+ 1980-01-01 00:00:00 /);
    await using again = await openDirectoryStore();
    const umask = process.umask(0o077);
    try {
      await publish(again);
    } finally {
      process.umask(umask);
    }
    const digests = [storeUnderTest, again].map(async (one) => hash("sha256", await bytesOf(one, archive)));
    expect(new Set(await Promise.all(digests)).size).toBe(1);
  });
});
