import { join } from "node:path";
import { type Definition, isIndexName, parseIndex, type ReleaseIndex } from "@sysext-kiln/extension";
import {
  openKeyring,
  publishUpdateDirectory,
  type UpdateDirectoryOptions,
  verify,
} from "@sysext-kiln/publisher";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseManifest } from "../src/manifest.ts";
import { checkUpdateDirectory } from "../src/update-directory.ts";
import { definitionOf } from "./images.ts";
import { publishReleases } from "./publish-versions.ts";
import { latestTag, latestText, tagsOf } from "./published.ts";
import { signedStoreKinds, type SignedTestStore } from "./signed-test-store.ts";

const hour = 3600;
// Long after the creation of the keys; a whole second, as the index states no fractions.
const begin = new Date(Math.ceil(Date.now() / 1000) * 1000 + 86_400_000);
const after = (hours: number) => new Date(begin.getTime() + hours * hour * 1000);
const seconds = (time: Date) => time.getTime() / 1000;

/** The version in the name of an image; nothing for another file. */
function versionIn(name: string): string | readonly never[] {
  return /-(\d.*)-x86-64\.raw$/.exec(name)?.[1] ?? [];
}

async function isOutOfDate(store: ReleaseStore, definition: Definition, now: Date): Promise<boolean> {
  const { outdated } = await checkUpdateDirectory(store, await store.list(), [definition], { now });
  return outdated !== undefined;
}

/** An extension with one architecture, and the given policy about its versions. */
function etcdWith(versions: object = {}): Definition {
  return definitionOf("etcd", versions, { architectures: ["x86-64"] });
}

describe.each(signedStoreKinds)("in %s", (_, open) => {
  let storeUnderTest: SignedTestStore;
  beforeEach(async () => {
    storeUnderTest = await open();
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  /** Publishes versions, and the update directory, at a time. */
  async function publish(
    definition: Definition,
    versions: readonly string[],
    now: Date,
    more: UpdateDirectoryOptions = {},
  ): Promise<boolean> {
    const { store, folder, trustedKey } = storeUnderTest;
    const options = { signer: trustedKey.signer, now, ...more };
    await publishReleases(store, definition, join(folder, "images"), versions, options);
    return publishUpdateDirectory(store, [definition], options);
  }

  async function manifest() {
    return parseManifest(await latestText(storeUnderTest, "SHA256SUMS"), "the manifest");
  }

  async function index(): Promise<ReleaseIndex> {
    const name = (await manifest()).map((entry) => entry.name).find(isIndexName) ?? "";
    return parseIndex(await latestText(storeUnderTest, name), name);
  }

  /** The versions in the index, and those that hosts with stock systemd-sysupdate are offered. */
  async function offered() {
    const { images } = await index();
    return {
      index: images.map(({ name }) => versionIn(name)),
      stock: (await manifest()).flatMap(({ name }) => versionIn(name)),
    };
  }

  test("the index has the directory's number, and names each image with digest, size and release", async () => {
    await publish(etcdWith(), ["3.5.30"], begin, { bestBeforeDays: 30 });
    expect(await index()).toMatchObject({
      number: 1,
      created: seconds(begin),
      expires: seconds(begin) + 30 * 24 * hour,
      repository: expect.stringMatching(/^(urn:uuid:|http)/),
      keys: [{ fingerprint: storeUnderTest.trustedKey.signer.fingerprint }],
      images: [
        {
          name: "etcd-3.5.30-x86-64.raw",
          sha256: (await manifest()).find(({ name }) => name.startsWith("etcd"))?.sha256,
          size: "hsqs, as if it were etcd-3.5.30-x86-64.raw".length,
          ...{ tag: "etcd-v3.5.30", start: 0, rollout: 0 },
        },
      ],
    });
    expect(await latestTag(storeUnderTest)).toBe("updates-1");
    expect(await verify(storeUnderTest.source, { now: begin })).not.toEqual([]);
  });

  test("a version enters the stock manifest only when its rollout has ended; the first one needs none", async () => {
    const slow = etcdWith({ rollout: "48h" });
    await publish(slow, ["3.5.30"], begin);
    expect(await offered()).toEqual({ index: ["3.5.30"], stock: ["3.5.30"] });
    await publish(slow, ["3.5.31"], after(1));
    expect(await offered()).toEqual({ index: ["3.5.30", "3.5.31"], stock: ["3.5.30"] });
    expect((await index()).images[1]).toMatchObject({ start: seconds(after(1)), rollout: 48 * hour });
    expect(await publish(slow, [], after(48))).toBe(false);
    expect(await publish(slow, [], after(49))).toBe(true);
    expect(await offered()).toEqual({ index: ["3.5.30", "3.5.31"], stock: ["3.5.30", "3.5.31"] });
  });

  test("a rollout that began while the clock was years ahead begins again when the clock is right", async () => {
    const slow = etcdWith({ rollout: "48h" });
    await publish(slow, ["3.5.30"], begin);
    await publish(slow, ["3.5.31"], after(100_000));
    expect(await publish(slow, [], after(1))).toBe(true);
    expect((await index()).images[1]).toMatchObject({ start: seconds(after(1)), rollout: 48 * hour });
    expect((await index()).created).toBeGreaterThan(seconds(after(100_000)));
    expect(await publish(slow, [], after(2))).toBe(false);
  });

  test("a paused version stays out of the stock manifest, and its rollout continues where it stopped", async () => {
    const slow = etcdWith({ rollout: "48h" });
    const paused = etcdWith({ rollout: "48h", paused: { "3.5.31": "slow elections" } });
    await publish(slow, ["3.5.30"], begin);
    await publish(slow, ["3.5.31"], begin);
    await publish(paused, [], after(10));
    expect((await index()).images[1]).toMatchObject({
      start: seconds(begin),
      paused: { since: seconds(after(10)), reason: "slow elections" },
    });
    expect(await publish(paused, [], after(100))).toBe(false);
    await publish(slow, [], after(100));
    expect((await index()).images[1]).toMatchObject({ start: seconds(after(90)) });
    expect((await index()).images[1]).not.toHaveProperty("paused");
  });

  test("a withdrawn version leaves the stock manifest, and its release's notes state it until that is undone", async () => {
    await publish(etcdWith(), ["3.5.29", "3.5.30", "3.5.31"], begin);
    expect(await offered()).toEqual({ index: ["3.5.30", "3.5.31"], stock: ["3.5.30", "3.5.31"] });
    const withdrawn = etcdWith({ withdrawn: { "3.5.31": "loses data" } });
    expect(await publish(withdrawn, [], after(1))).toBe(true);
    expect(await offered()).toEqual({ index: ["3.5.29", "3.5.30", "3.5.31"], stock: ["3.5.29", "3.5.30"] });
    expect((await index()).images[2]).toMatchObject({ withdrawn: "loses data" });
    expect(await storeUnderTest.notes("etcd-v3.5.31")).toMatch(/^\*\*Withdrawn: loses data\*\*\n\n/);
    expect(await publish(withdrawn, [], after(2))).toBe(false);
    await publish(etcdWith(), [], after(3));
    expect(await storeUnderTest.notes("etcd-v3.5.31")).not.toContain("Withdrawn");
  });

  test("one revision can be withdrawn without the others", async () => {
    await publish(etcdWith(), ["3.5.30", "3.5.30-2"], begin);
    await publish(etcdWith({ withdrawn: { "3.5.30-2": "wrong libc" } }), [], after(1));
    expect(await offered()).toEqual({ index: ["3.5.30-2", "3.5.30"], stock: ["3.5.30"] });
  });

  test("in index mode the directory has no images, and each image is uploaded once", async () => {
    const lines: string[] = [];
    const mode = { updateDirectory: "index" as const, say: (line: string) => lines.push(line) };
    await publish(etcdWith(), ["3.5.30", "3.5.31"], begin, mode);
    expect(await offered()).toEqual({ index: ["3.5.30", "3.5.31"], stock: [] });
    expect(lines.join("\n")).toContain("hosts without kiln-host get no updates");
    await publish(etcdWith(), [], after(1));
    expect(await offered()).toEqual({ index: ["3.5.30", "3.5.31"], stock: ["3.5.30", "3.5.31"] });
  });

  test("kiln-host's images are in the directory in index mode, too", async () => {
    const kilnHost = definitionOf("kiln-host", {}, { architectures: ["x86-64"] });
    await publish(kilnHost, ["1.0.0"], begin, { updateDirectory: "index" });
    expect((await manifest()).map(({ name }) => name)).toContain("kiln-host-1.0.0-x86-64.raw");
  });

  test("identity and start of a rollout are continued from what the key has signed, not from what somebody added", async () => {
    const slow = etcdWith({ rollout: "48h" });
    await publish(slow, ["3.5.30"], begin);
    await publish(slow, ["3.5.31"], after(1));
    const { repository } = await index();
    const { store, foreignKey, trustedKey } = storeUnderTest;
    await publishUpdateDirectory(storeUnderTest.reopen(), [etcdWith({ exclude: ["3.5.31"] })], {
      signer: foreignKey.signer,
      signingKeys: [trustedKey.signer.fingerprint],
      now: after(2),
    });
    await publishUpdateDirectory(store, [slow], { signer: trustedKey.signer, now: after(3) });
    const continued = await index();
    expect(continued).toMatchObject({ repository, number: 4, retired: [] });
    expect(continued.images[1]).toMatchObject({ start: seconds(after(1)) });
  });

  test("if all update directories are gone, the newest version is rolled out again, and not the others", async () => {
    const slow = etcdWith({ rollout: "48h" });
    await publish(slow, ["3.5.30"], begin);
    await publish(slow, ["3.5.31"], after(1));
    const { store } = storeUnderTest;
    for (const release of await store.list())
      if (release.tag.startsWith("updates-")) await store.remove(release);
    await publish(slow, [], after(2));
    expect(await offered()).toEqual({ index: ["3.5.30", "3.5.31"], stock: ["3.5.30"] });
    expect((await index()).images.map(({ start }) => start)).toEqual([0, seconds(after(2))]);
  });

  test("it is known without the key whether a directory would be published", async () => {
    const slow = etcdWith({ rollout: "48h" });
    const { store } = storeUnderTest;
    await publish(slow, ["3.5.30"], begin);
    await publish(slow, ["3.5.31"], begin);
    expect(await isOutOfDate(store, slow, after(47))).toBe(false);
    expect(await isOutOfDate(store, slow, after(48))).toBe(true);
    expect(await isOutOfDate(store, etcdWith({ rollout: "48h", paused: { "3.5.31": "x" } }), after(1))).toBe(
      true,
    );
    expect(
      await isOutOfDate(store, etcdWith({ rollout: "48h", withdrawn: { "3.5.31": "x" } }), after(1)),
    ).toBe(true);
  });

  test("a next key is announced, and the old key is retired when the next one signs", async () => {
    const { trustedKey, foreignKey } = storeUnderTest;
    const nextKey = await openKeyring(foreignKey.path);
    await publish(etcdWith(), ["3.5.30"], begin, { nextKey });
    expect((await index()).keys.map(({ fingerprint }) => fingerprint)).toEqual([
      trustedKey.signer.fingerprint,
      foreignKey.signer.fingerprint,
    ]);
    const signingKeys = [foreignKey.signer.fingerprint, trustedKey.signer.fingerprint];
    await publish(etcdWith(), [], after(1), { signer: foreignKey.signer, nextKey, signingKeys });
    expect(await index()).toMatchObject({
      keys: [{ fingerprint: foreignKey.signer.fingerprint }],
      retired: [trustedKey.signer.fingerprint],
    });
  });

  test("a directory with more images than a release can have is refused before anything is uploaded", async () => {
    const { store } = storeUnderTest;
    await publishReleases(store, etcdWith(), join(storeUnderTest.folder, "images"), ["3.5.30", "3.5.31"]);
    const small = { ...store, maxAssets: 5 };
    await expect(publishUpdateDirectory(small, [etcdWith()], { now: begin })).rejects.toMatchObject({
      code: "release-conflict",
      next: expect.stringContaining("updateDirectory: index"),
    });
    expect(await tagsOf(storeUnderTest)).toEqual(["etcd-v3.5.30", "etcd-v3.5.31"]);
  });
});
