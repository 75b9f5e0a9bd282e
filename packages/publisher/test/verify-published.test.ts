import { publishUpdateDirectory, verify } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionOf } from "./images.ts";
import { publishReleases } from "./publish-versions.ts";
import { latestText } from "./published.ts";
import { storeKinds, type TestStore } from "./test-store.ts";

const etcd = definitionOf("etcd", { track: ["3.5", "3.6"] });

describe.each(storeKinds)("verification of %s finds", (_, open) => {
  let storeUnderTest: TestStore;
  beforeEach(async () => {
    storeUnderTest = await open();
    const { store } = storeUnderTest;
    await publishReleases(store, etcd, storeUnderTest.folder, ["3.5.30"]);
    await publishUpdateDirectory(store, [etcd]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  test("no problem in what was published", async () => {
    const files = await verify(storeUnderTest.source);
    expect(new Set(files.map(({ folder }) => folder))).toEqual(
      new Set(["releases/latest/download", "releases/download/etcd-v3.5.30", "releases/download/updates-1"]),
    );
  });

  test("a changed image", async () => {
    await storeUnderTest.damage("updates-1", "etcd-3.5.30-arm64.raw", "hsqs other bytes");
    await expect(verify(storeUnderTest.source)).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  test("a missing image", async () => {
    await storeUnderTest.damage("updates-1", "etcd-3.5.30-arm64.raw", undefined);
    await expect(verify(storeUnderTest.source)).rejects.toMatchObject({ code: "not-published" });
  });

  test("a damaged manifest", async () => {
    const manifest = await latestText(storeUnderTest, "SHA256SUMS");
    await storeUnderTest.damage("updates-1", "SHA256SUMS", `${manifest}# edited by hand\n`);
    await expect(verify(storeUnderTest.source)).rejects.toMatchObject({ code: "manifest-invalid" });
  });
});
