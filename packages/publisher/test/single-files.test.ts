import { hash } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { publishRelease, publishUpdateDirectory, verify } from "@sysext-kiln/publisher";
import { formatReleaseRecord, type Release, releaseRecordOf } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { auditReleases } from "../src/audit.ts";
import { formatReleaseManifest } from "../src/manifest.ts";
import { definitionOf, imagesOf } from "./images.ts";
import { assetNames, bytesOf, latestText } from "./published.ts";
import { storeKinds, type TestStore } from "./test-store.ts";

const baseUrl = "https://example.org/extensions";
const etcd = definitionOf("etcd", {}, { architectures: ["x86-64"] });
const kilnHost = definitionOf("kiln-host");
const singleFiles = ["etcd-3.5.30-x86-64.reboot.bu", "etcd.sysupdate.conf", "sysupdate.etcd.component"];

describe.each(storeKinds)("in %s, a release with each file of a host as an asset", (_, open) => {
  let storeUnderTest: TestStore;
  beforeEach(async () => {
    storeUnderTest = await open();
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  const images = () => imagesOf(etcd, "3.5.30", join(storeUnderTest.folder, "images"));

  /** Fills a draft as an earlier kiln did. */
  async function fillDraft(): Promise<Release> {
    const { store, folder } = storeUnderTest;
    const built = await images();
    const paths = built.flatMap(({ path, recordPath }) => [path, recordPath]);
    for (const name of singleFiles) {
      await writeFile(join(folder, name), `the file ${name}\n`);
      paths.push(join(folder, name));
    }
    const draft = await store.draft(
      "etcd-v3.5.30",
      formatReleaseRecord(releaseRecordOf(built.map(({ record }) => record))),
    );
    for (const path of paths) await store.upload(draft, basename(path), path);
    return draft;
  }

  async function publishAsBefore(): Promise<void> {
    const { store, folder } = storeUnderTest;
    const draft = await fillDraft();
    const files = await store.readBack(draft);
    const entries = files.map(({ name, sha256 = "" }) => ({ name, sha256 }));
    const manifest = join(folder, "SHA256SUMS");
    await writeFile(manifest, formatReleaseManifest(entries, { isForHosts: true }));
    await store.upload(draft, "SHA256SUMS", manifest);
    await store.publish(draft, { latest: false });
  }

  test("is verified, audited and offered to hosts, and is not published again", async () => {
    const { store } = storeUnderTest;
    await publishAsBefore();
    const before = await assetNames(storeUnderTest, "etcd-v3.5.30");
    expect(before).toEqual(expect.arrayContaining(singleFiles));
    const options = { baseUrl, kilnHost };
    expect(await publishRelease(store, etcd, await images(), options)).toBe(false);
    expect(await assetNames(storeUnderTest, "etcd-v3.5.30")).toEqual(before);

    expect(await publishUpdateDirectory(store, [etcd])).toBe(true);
    expect(await latestText(storeUnderTest, "SHA256SUMS")).toContain("  etcd-3.5.30-x86-64.raw\n");
    const trust = { signer: undefined, signingKeys: undefined, adoptedDirectory: undefined, now: new Date() };
    expect(await auditReleases(store, await store.list(), [etcd], trust)).toMatchObject({
      releases: 1,
      problems: [],
    });
    const verified = await verify(storeUnderTest.source);
    expect(verified.map(({ name }) => name)).toEqual(expect.arrayContaining(singleFiles));
  });

  test("is published with the archive instead if it was still a draft", async () => {
    const { store, folder } = storeUnderTest;
    const options = { baseUrl, kilnHost };
    const host = await imagesOf(kilnHost, "1.0.0", join(folder, "images"));
    await publishRelease(store, kilnHost, host, options);
    await fillDraft();
    expect(await publishRelease(store, etcd, await images(), options)).toBe(true);
    const names = await assetNames(storeUnderTest, "etcd-v3.5.30");
    expect(names.filter((name) => singleFiles.includes(name))).toEqual(["etcd.sysupdate.conf"]);
    const [archive] = names.filter((name) => name.endsWith(".tar"));
    expect(archive).toBe("etcd-v3.5.30.host-files.tar");
    const path = `releases/download/etcd-v3.5.30/${archive}`;
    const manifest = await bytesOf(storeUnderTest, "releases/download/etcd-v3.5.30/SHA256SUMS");
    expect(manifest.toString()).toContain(
      `${hash("sha256", await bytesOf(storeUnderTest, path))}  ${archive}\n`,
    );
  });
});
