import { join } from "node:path";
import { parseImageName } from "@sysext-kiln/extension";
import { publishRelease, publishUpdateDirectory, verify } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseManifest } from "../src/manifest.ts";
import { definitionOf, imagesOf } from "./images.ts";
import { assetNames, bytesOf, latestText } from "./published.ts";
import { openDirectoryStore, type TestStore } from "./test-store.ts";

const baseUrl = "https://example.org/extensions";
const etcd = definitionOf("etcd", { track: ["3.5", "3.6"] });
const keepalived = definitionOf("keepalived");
const kilnHost = definitionOf("kiln-host");

let storeUnderTest: TestStore;
beforeEach(async () => {
  storeUnderTest = await openDirectoryStore();
});
afterEach(() => storeUnderTest[Symbol.asyncDispose]());

async function publish(definition: typeof etcd, version: string): Promise<void> {
  const images = await imagesOf(definition, version, join(storeUnderTest.folder, "images"));
  await publishRelease(storeUnderTest.store, definition, images, { baseUrl, kilnHost });
}

/** The assets of a release other than its images, their records and the manifest. */
async function forHosts(tag: string): Promise<string[]> {
  const names = await assetNames(storeUnderTest, tag);
  return names.filter((name) => !/\.raw$|\.build\.json$|^SHA256SUMS$/.test(name));
}

async function textOf(tag: string, name: string): Promise<string> {
  return (await bytesOf(storeUnderTest, `releases/download/${tag}/${name}`)).toString("utf8");
}

describe("the configuration for hosts that is published with a release", () => {
  test("is what is fetched by its URL for each architecture, and one archive with everything else", async () => {
    await publish(kilnHost, "1.0.0");
    await publish(kilnHost, "1.1.0");
    await publish(keepalived, "2.3.4");
    const images = ["keepalived-2.3.4-arm64", "keepalived-2.3.4-x86-64"];
    expect(await forHosts("keepalived-v2.3.4")).toEqual(
      [
        ...images.flatMap((image) => [`${image}.bu`, `${image}.ign`]),
        "keepalived.sysupdate.conf",
        "keepalived-v2.3.4.host-files.tar",
      ].toSorted(),
    );
    const butane = await textOf("keepalived-v2.3.4", "keepalived-2.3.4-arm64.bu");
    for (const image of [
      "keepalived-v2.3.4/keepalived-2.3.4-arm64.raw",
      "kiln-host-v1.1.0/kiln-host-1.1.0-arm64.raw",
    ])
      expect(butane).toContain(`${baseUrl}/releases/download/${image}`);
    expect(await textOf("keepalived-v2.3.4", "keepalived.sysupdate.conf")).toContain(
      `Path=${baseUrl}/releases/latest/download/\nMatchPattern=keepalived-@v-%a.raw\n`,
    );
  });

  test("takes the same number of assets for kiln-host itself, and installs only its image", async () => {
    await publish(kilnHost, "1.0.0");
    await publish(keepalived, "2.3.4");
    const [own, others] = await Promise.all(["kiln-host-v1.0.0", "keepalived-v2.3.4"].map(forHosts));
    expect(own).toHaveLength(others?.length ?? 0);
    const butane = await textOf("kiln-host-v1.0.0", "kiln-host-1.0.0-x86-64.bu");
    expect(butane.match(/path: \/opt\//g)).toHaveLength(1);
  });

  test("does not exist before kiln-host is published, and the log says so", async () => {
    const said: string[] = [];
    const images = await imagesOf(keepalived, "2.3.4", join(storeUnderTest.folder, "images"));
    const options = { baseUrl, kilnHost, say: (line: string) => said.push(line) };
    await publishRelease(storeUnderTest.store, keepalived, images, options);
    expect(await forHosts("keepalived-v2.3.4")).toEqual([]);
    expect(said).toContain("no configuration for hosts, as kiln-host is not published yet");
  });

  test("names the repository from the start, and the same one if its URL changes", async () => {
    await publish(kilnHost, "1.0.0");
    const first = await textOf("kiln-host-v1.0.0", "kiln-host-1.0.0-arm64.bu");
    expect(first).toContain(` REPOSITORY=${baseUrl}\n`);
    await publishUpdateDirectory(storeUnderTest.store, [kilnHost], { baseUrl: "https://example.org/before" });
    await publish(keepalived, "2.3.4");
    const butane = await textOf("keepalived-v2.3.4", "keepalived-2.3.4-arm64.bu");
    expect(butane).toContain("REPOSITORY=https://example.org/before\n");
  });

  test("has the transfer of the series that the version belongs to", async () => {
    await publish(kilnHost, "1.0.0");
    await publish(etcd, "3.5.30");
    await publish(etcd, "3.6.2");
    for (const [tag, series] of [
      ["etcd-v3.5.30", "3.5"],
      ["etcd-v3.6.2", "3.6"],
    ] as const) {
      const transfers = (await forHosts(tag)).filter((name) => name.endsWith(".sysupdate.conf"));
      expect(transfers).toEqual([`etcd-${series}.sysupdate.conf`]);
      expect(await textOf(tag, transfers[0] ?? "")).toContain(`MatchPattern=etcd-${series}.@v-%a.raw`);
    }
  });

  test("does not exist for a version of an older series than the newest ones that hosts follow", async () => {
    const newest = definitionOf("etcd", { track: "newest 2 series" });
    await publish(kilnHost, "1.0.0");
    for (const version of ["3.5.30", "3.6.2", "3.4.9", "3.5.29", "3.7.0", "3.5.31"])
      await publish(newest, version);
    const tags = ["3.4.9", "3.5.29", "3.5.31", "3.7.0"].map((version) => `etcd-v${version}`);
    const counts = await Promise.all(tags.map(async (tag) => (await forHosts(tag)).length));
    expect(counts.map((count) => count > 0)).toEqual([false, true, false, true]);
  });

  test.each(["3.6.0-rc.1", "3.4.9"])(
    "does not exist for %s, which hosts never get automatically",
    async (version) => {
      await publish(kilnHost, "1.0.0");
      await publish(etcd, version);
      expect(await forHosts(`etcd-v${version}`)).toEqual([]);
    },
  );

  test("is in the release's manifest, and never in the one that hosts update from", async () => {
    await publish(kilnHost, "1.0.0");
    await publish(keepalived, "2.3.4");
    await publishUpdateDirectory(storeUnderTest.store, [keepalived]);
    const verified = await verify(storeUnderTest.source);
    const inRelease = verified.filter(({ folder }) => folder.endsWith("keepalived-v2.3.4"));
    const names = inRelease.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(await forHosts("keepalived-v2.3.4")));
    const manifest = await latestText(storeUnderTest, "SHA256SUMS");
    const offered = parseManifest(manifest, "the update directory");
    const others = offered.filter(({ name }) => parseImageName(keepalived, name) === undefined);
    expect(others.map(({ name }) => name)).toEqual(["kiln-index-1.txt", "kiln-records-1.json"]);
  });
});
