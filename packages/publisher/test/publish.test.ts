import { execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { formatBuildRecord } from "@sysext-kiln/builder";
import { isIndexName, type FileInput } from "@sysext-kiln/extension";
import { isRecordsName, parseReleaseRecord, type ReleaseStore } from "@sysext-kiln/release-store";
import { publishRelease, publishUpdateDirectory, verify } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseManifest } from "../src/manifest.ts";
import { definitionOf, imagesOf } from "./images.ts";
import { publishReleases } from "./publish-versions.ts";
import { assetNames, bytesOf, downloadedRelease, latestTag, latestText, tagsOf } from "./published.ts";
import { storeKinds, type TestStore } from "./test-store.ts";

const etcd = definitionOf("etcd", { track: ["3.5", "3.6"] });
const keepalived = definitionOf("keepalived");

describe.each(storeKinds)("in %s", (kind, open) => {
  let storeUnderTest: TestStore;
  let store: ReleaseStore;
  beforeEach(async () => {
    storeUnderTest = await open();
    store = storeUnderTest.store;
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  const images = (definition: typeof etcd, version: string) =>
    imagesOf(definition, version, join(storeUnderTest.folder, "images"));

  const publish = (definition: typeof etcd, ...versions: string[]) =>
    publishReleases(store, definition, storeUnderTest.folder, versions);

  /** The names in the manifest that hosts read. */
  async function updateDirectoryNames(): Promise<string[]> {
    const manifest = await latestText(storeUnderTest, "SHA256SUMS");
    return parseManifest(manifest, "the update directory")
      .map(({ name }) => name)
      .filter((name) => !isIndexName(name) && !isRecordsName(name));
  }

  describe("a version", () => {
    test("is published with every image, its records, and a manifest over them that sha256sum accepts", async () => {
      await publish(etcd, "3.5.30");
      expect(await assetNames(storeUnderTest, "etcd-v3.5.30")).toEqual([
        "SHA256SUMS",
        "etcd-3.5.30-arm64.build.json",
        "etcd-3.5.30-arm64.raw",
        "etcd-3.5.30-x86-64.build.json",
        "etcd-3.5.30-x86-64.raw",
      ]);
      const cwd = await downloadedRelease(storeUnderTest, "etcd-v3.5.30");
      execFileSync("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd });
    });

    test.each([
      ["its record says that it was built from a folder", { upstream: "folder" as const }],
      [
        "one of its inputs is a folder",
        {
          inputs: [
            { name: "hello.orig.tar", tree: "a".repeat(40), epoch: 1, origin: { kind: "folder" as const } },
          ],
        },
      ],
    ])("is not published if %s", async (_, change) => {
      const built = await images(etcd, "3.5.30");
      for (const { record } of built) Object.assign(record, change);
      await expect(publishRelease(store, etcd, built)).rejects.toMatchObject({
        code: "extension-image-invalid",
        found: "an image that was built from a folder (kiln build --source)",
      });
      expect(await tagsOf(storeUnderTest)).toEqual([]);
    });

    test("has notes and a record that name its further sources and their versions", async () => {
      const built = await images(etcd, "3.5.30");
      const source = { name: "runc", upstream: "http", version: "1.3.0" } as const;
      const input: FileInput = {
        ...{ name: "runc", url: "https://example.org/runc", size: 1, sha256: "1".repeat(64), source },
        origin: { kind: "http", vouchedBy: "definition" },
      };
      for (const { record, recordPath } of built) {
        record.inputs.push(input);
        await writeFile(recordPath, formatBuildRecord(record));
      }
      await publishRelease(store, etcd, built);
      const [{ notes } = expect.unreachable()] = await store.list();
      expect(notes).toContain("Built from upstream `debian`, with runc 1.3.0; the `build.json`");
      expect(parseReleaseRecord(notes)?.sources).toEqual({ runc: { version: "1.3.0" } });
    });

    test("is not published while an architecture is missing", async () => {
      const [only] = await images(etcd, "3.5.30");
      await expect(publishRelease(store, etcd, [only!])).rejects.toMatchObject({ code: "release-conflict" });
      expect(await store.list()).toEqual([]);
    });

    test("is not published if an image changed after it was accepted", async () => {
      const built = await images(etcd, "3.5.30");
      await writeFile(built[0]!.path, "hsqs of somebody else");
      await expect(publishRelease(store, etcd, built)).rejects.toMatchObject({ code: "digest-mismatch" });
      expect(await tagsOf(storeUnderTest)).toEqual(["etcd-v3.5.30?"]);
    });

    test("is not published with two images for one architecture", async () => {
      const built = await images(etcd, "3.5.30");
      await expect(publishRelease(store, etcd, [...built, built[0]!])).rejects.toMatchObject({
        code: "release-conflict",
      });
      expect(await store.list()).toEqual([]);
    });

    test("is unchanged when it is published again", async () => {
      await publish(etcd, "3.5.30");
      const others = await images(etcd, "3.5.30");
      await writeFile(others[0]!.path, "other bytes");
      expect(await publishRelease(store, etcd, others)).toBe(false);
      const published = await bytesOf(
        storeUnderTest,
        `releases/download/etcd-v3.5.30/${basename(others[0]!.path)}`,
      );
      expect(published.toString()).not.toBe("other bytes");
    });

    test("records for the next watch what it was built from", async () => {
      await publish(etcd, "3.5.30");
      const [release] = await store.list();
      expect(parseReleaseRecord(release!.notes)).toMatchObject({
        upstream: "debian",
        fingerprints: { "x86-64": expect.any(String), arm64: expect.any(String) },
      });
    });

    test("is completed from the draft of an interrupted run in which an upload failed", async () => {
      const built = await images(etcd, "3.5.30");
      const interrupted = storeUnderTest.reopen();
      const draft = await interrupted.draft("etcd-v3.5.30", "");
      await interrupted.upload(draft, "etcd-3.5.30-arm64.raw", built[0]!.recordPath);
      await interrupted.upload(draft, "left-over.raw", built[0]!.path);
      await publishRelease(store, etcd, built);
      await publishUpdateDirectory(store, [etcd]);
      expect((await verify(storeUnderTest.source)).map(({ name }) => name)).not.toContain("left-over.raw");
      expect(await tagsOf(storeUnderTest)).toEqual(["etcd-v3.5.30", "updates-1"]);
    });

    test("reports how much of it has been sent", async () => {
      const lines: string[] = [];
      await publishReleases(store, etcd, storeUnderTest.folder, ["3.5.30"], {
        say: (line) => lines.push(line),
      });
      expect(lines.findLast((line) => line.startsWith("sending"))).toMatch(
        /^sending, (?<total>[\d.]+ kB) of \k<total>$/,
      );
    });
  });

  describe("the update directory", () => {
    test("has the newest two versions of each series of every extension, each as its newest revision", async () => {
      await publish(etcd, "3.5.9", "3.5.10", "3.5.10-2", "3.6.1");
      await publish(keepalived, "2.3.3", "2.3.4", "2.4.0");
      await publishUpdateDirectory(store, [etcd, keepalived]);
      expect((await updateDirectoryNames()).filter((name) => name.endsWith("-arm64.raw"))).toEqual([
        "etcd-3.5.10-2-arm64.raw",
        "etcd-3.5.9-arm64.raw",
        "etcd-3.6.1-arm64.raw",
        "keepalived-2.3.4-arm64.raw",
        "keepalived-2.4.0-arm64.raw",
      ]);
      expect(await verify(storeUnderTest.source)).not.toEqual([]);
    });

    test("never contains a prerelease, an excluded version or another series, even if they have releases", async () => {
      const strict = definitionOf("etcd", { track: ["3.5"], minimum: "3.5.2", exclude: ["3.5.3"] });
      await publish(strict, "3.5.1", "3.5.2", "3.5.3", "3.5.4-rc.1", "3.4.9");
      await publishUpdateDirectory(store, [strict]);
      expect(await updateDirectoryNames()).toEqual(["etcd-3.5.2-arm64.raw", "etcd-3.5.2-x86-64.raw"]);
    });

    test("is not published again when nothing changed", async () => {
      await publish(etcd, "3.5.30");
      expect(await publishUpdateDirectory(store, [etcd])).toBe(true);
      expect(await publishUpdateDirectory(store, [etcd])).toBe(false);
      expect(await tagsOf(storeUnderTest)).toEqual(["etcd-v3.5.30", "updates-1"]);
    });

    test("is where hosts are directed to, whatever is published after it", async () => {
      await publish(etcd, "3.5.30");
      await publishUpdateDirectory(store, [etcd]);
      await publish(keepalived, "2.3.4");
      expect(await latestTag(storeUnderTest)).toBe("updates-1");
    });

    test("is kept in its last three states, so that hosts can finish reading one", async () => {
      for (const version of ["3.5.1", "3.5.2", "3.5.3", "3.5.4", "3.5.5"]) {
        await publish(etcd, version);
        await publishUpdateDirectory(store, [etcd]);
      }
      const tags = (await tagsOf(storeUnderTest)).filter((tag) => tag.startsWith("updates-"));
      expect(tags).toEqual(["updates-3", "updates-4", "updates-5"]);
    });

    test("is made the latest if an interrupted run published it without doing so", async () => {
      await publish(etcd, "3.5.1");
      await publishUpdateDirectory(store, [etcd]);
      await publish(etcd, "3.5.2");
      await publishUpdateDirectory(store, [etcd]);
      await store.makeLatest((await store.list()).find(({ tag }) => tag === "updates-1")!);
      expect(await publishUpdateDirectory(store, [etcd])).toBe(true);
      expect(await latestTag(storeUnderTest)).toBe("updates-2");
    });

    test("does not exist before anything is published", async () => {
      expect(await publishUpdateDirectory(store, [etcd])).toBe(false);
      expect(await store.list()).toEqual([]);
    });
  });

  describe("a draft that an interrupted run left", () => {
    const aDayAgo = new Date(Date.now() - 25 * 60 * 60 * 1000);

    test("is removed after a day, and not before, if upstream has a newer version", async () => {
      await storeUnderTest.reopen().draft("etcd-v3.5.29", "");
      await publish(etcd, "3.5.30");
      await publishUpdateDirectory(store, [etcd]);
      expect(await tagsOf(storeUnderTest)).toContain("etcd-v3.5.29?");
      await storeUnderTest.backdateDrafts(aDayAgo);
      await publishUpdateDirectory(store, [etcd]);
      expect(await tagsOf(storeUnderTest)).toEqual(["etcd-v3.5.30", "updates-1"]);
    });

    // GitHub has no draft of a tag that an immutable release has.
    test.skipIf(kind.includes("immutable"))(
      "is removed at once if its tag has been published since",
      async () => {
        await publish(etcd, "3.5.30");
        await storeUnderTest.reopen().draft("etcd-v3.5.30", "");
        await publishUpdateDirectory(store, [etcd]);
        await storeUnderTest.reopen().draft("updates-1", "");
        await publishUpdateDirectory(store, [etcd]);
        expect(await tagsOf(storeUnderTest)).toEqual(["etcd-v3.5.30", "updates-1"]);
      },
    );

    test("is kept if it is not kiln's", async () => {
      await storeUnderTest.reopen().draft("my-notes", "");
      await storeUnderTest.backdateDrafts(aDayAgo);
      await publish(etcd, "3.5.30");
      await publishUpdateDirectory(store, [etcd]);
      expect(await tagsOf(storeUnderTest)).toContain("my-notes?");
    });
  });
});
