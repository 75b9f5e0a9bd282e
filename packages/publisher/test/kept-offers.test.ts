import { parseIndex } from "@sysext-kiln/extension";
import { publishUpdateDirectory } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionOf } from "./images.ts";
import { publishReleases } from "./publish-versions.ts";
import { assetNames, latestTag, latestText } from "./published.ts";
import { storeKinds, type TestStore } from "./test-store.ts";

const etcd = definitionOf("etcd");
const keepalived = definitionOf("keepalived");

describe.each(storeKinds)("in %s, an extension whose definition has become invalid", (_, open) => {
  let storeUnderTest: TestStore;
  beforeEach(async () => {
    storeUnderTest = await open();
    const { store, folder } = storeUnderTest;
    await publishReleases(store, etcd, folder, ["3.5.1"]);
    await publishReleases(store, keepalived, folder, ["2.3.3", "2.3.4"]);
    await publishUpdateDirectory(store, [etcd, keepalived]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  const keep = ["keepalived"];

  test("is no reason for another update directory", async () => {
    expect(await publishUpdateDirectory(storeUnderTest.store, [etcd], { keep })).toBe(false);
  });

  test("stays as hosts know it when another one is updated", async () => {
    const { store, folder } = storeUnderTest;
    const indexOf = async (tag: string) => {
      const name = (await assetNames(storeUnderTest, tag)).find((one) => one.startsWith("kiln-index-")) ?? "";
      const { images } = parseIndex(await latestText(storeUnderTest, name), name);
      return images.filter((image) => image.name.startsWith("keepalived-"));
    };
    const before = await indexOf("updates-1");
    await publishReleases(store, etcd, folder, ["3.5.2"]);
    expect(await publishUpdateDirectory(store, [etcd], { keep })).toBe(true);
    expect(await latestTag(storeUnderTest)).toBe("updates-2");
    const names = await assetNames(storeUnderTest, "updates-2");
    for (const version of ["2.3.3", "2.3.4"]) expect(names).toContain(`keepalived-${version}-arm64.raw`);
    expect(names).toContain("etcd-3.5.2-arm64.raw");
    expect(await indexOf("updates-2")).toEqual(before);
  });

  test("is removed with its folder, as one that nobody wants to publish any more", async () => {
    await publishUpdateDirectory(storeUnderTest.store, [etcd]);
    const names = await assetNames(storeUnderTest, "updates-2");
    expect(names.filter((name) => name.startsWith("keepalived-"))).toEqual([]);
  });
});
