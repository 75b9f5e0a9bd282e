import { mkdtempDisposable, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { describeOnHosts, ensureTestPrograms, putFile } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bootHelloHost, type HelloHost } from "./hello-host.ts";
import { imageOf, openHelloReleases, type HelloReleases } from "./hello-releases.ts";

const [old, next] = ["3.5.10", "3.5.12"] as const;

let releases: HelloReleases;

beforeAll(async () => {
  releases = await openHelloReleases();
  await releases.offer([old]);
  await releases.offer([next]);
});

afterAll(() => releases[Symbol.asyncDispose]());

/** Replaces an image on a host by one that can be mounted, but that systemd-sysext does not merge. */
async function damage({ host }: HelloHost, version: string): Promise<void> {
  const { mksquashfs } = await ensureTestPrograms("mksquashfs");
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-damage-"));
  await putFile(join(folder.path, "usr/lib/extension-release.d/extension-release.other"), "ID=_any\n");
  const image = join(host.root, "opt/extensions/hello", imageOf(version));
  await rm(image);
  await run(mksquashfs, [folder.path, image, "-quiet", "-no-progress"]);
}

/** The version whose service runs. */
async function running({ state }: HelloHost): Promise<string | undefined> {
  return /^hello (\S+) /.exec((await state()).running)?.[1];
}

describeOnHosts.concurrent("a host whose image in use is damaged, but can be mounted,", (suite) => {
  test("boots with the image before it, and downloads the damaged one again", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: old });
    const { host, setLatest, update, status } = hello;
    await host.waitFor("the service", async () => (await running(hello)) === old);
    await setLatest(next);
    expect(await update()).toBe(0);
    expect(await running(hello)).toBe(next);

    await damage(hello, next);
    await host.reboot();
    await host.waitFor("the service", async () => (await running(hello)) === old);
    expect(await host.journal("kiln-host-boot.service")).toContain(`${imageOf(next)} cannot be merged`);
    expect(await update()).toBe(0);
    expect(await running(hello)).toBe(next);
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf(next), refused: [] });
  });

  test("downloads it again although it has no other image", async () => {
    await using hello = await bootHelloHost(releases, { suite, first: old });
    const { host, update, status } = hello;
    await host.waitFor("the service", async () => (await running(hello)) === old);
    expect(await update()).toBe(0);

    await damage(hello, old);
    await host.reboot();
    expect(await running(hello)).toBeUndefined();
    await update();
    await host.waitFor("the service", async () => {
      await update();
      return (await running(hello)) === old;
    });
    expect(await update()).toBe(0);
    expect(await status()).toMatchObject({ state: "settled", inUse: imageOf(old), refused: [] });
  });
});
