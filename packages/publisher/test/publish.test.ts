import { execFileSync } from "node:child_process";
import { appendFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { directoryHost, type ReleaseHost } from "@sysext-kiln/release-host";
import { parseReleaseRecord } from "@sysext-kiln/version-watcher";
import { directorySource, publishRelease, publishUpdateDirectory, verify } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { definitionOf, imagesOf } from "./images.ts";

let folder: string;
let root: string;
let host: ReleaseHost;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-publish-test-"));
  root = join(folder, "public");
  host = directoryHost(root);
});
afterEach(() => rm(folder, { recursive: true }));

const etcd = definitionOf("etcd", { track: ["3.5", "3.6"] });
const keepalived = definitionOf("keepalived");

const images = (definition: typeof etcd, version: string) =>
  imagesOf(definition, version, join(folder, "images"));

async function publishVersions(definition: typeof etcd, ...versions: string[]): Promise<void> {
  for (const version of versions) await publishRelease(host, definition, await images(definition, version));
}

/** The names in the manifest that hosts read. */
async function offered(): Promise<string[]> {
  const text = await readFile(join(root, "releases/latest/download/SHA256SUMS"), "utf8");
  return text
    .trimEnd()
    .split("\n")
    .map((line) => line.slice(66));
}

describe("a version", () => {
  test("is published with every image, its records, and a manifest over them that sha256sum accepts", async () => {
    await publishVersions(etcd, "3.5.30");
    const release = join(root, "releases/download/etcd-v3.5.30");
    expect((await readdir(release)).filter((name) => !name.startsWith("."))).toEqual([
      "SHA256SUMS",
      "etcd-3.5.30-arm64.build.json",
      "etcd-3.5.30-arm64.raw",
      "etcd-3.5.30-x86-64.build.json",
      "etcd-3.5.30-x86-64.raw",
    ]);
    execFileSync("sha256sum", ["--check", "--strict", "--quiet", "SHA256SUMS"], { cwd: release });
  });

  test("is not published while an architecture is missing", async () => {
    const [only] = await images(etcd, "3.5.30");
    await expect(publishRelease(host, etcd, [only!])).rejects.toMatchObject({ code: "release-conflict" });
    expect(await host.list()).toEqual([]);
  });

  test("stays as it is when it is published again", async () => {
    await publishVersions(etcd, "3.5.30");
    const others = await images(etcd, "3.5.30");
    await writeFile(others[0]!.path, "other bytes");
    expect(await publishRelease(host, etcd, others)).toBe(false);
    const published = join(root, "releases/download/etcd-v3.5.30", basename(others[0]!.path));
    expect(await readFile(published, "utf8")).not.toBe("other bytes");
  });

  test("tells the next watch what it was built from", async () => {
    await publishVersions(etcd, "3.5.30");
    const [release] = await host.list();
    expect(parseReleaseRecord(release!.notes)).toMatchObject({
      upstream: "debian",
      fingerprints: { "x86-64": expect.any(String), arm64: expect.any(String) },
    });
  });

  test("is finished from a draft in which an upload went wrong", async () => {
    const built = await images(etcd, "3.5.30");
    const draft = await host.draft("etcd-v3.5.30", "");
    await host.upload(draft, "etcd-3.5.30-arm64.raw", built[0]!.recordPath);
    await host.upload(draft, "left-over.raw", built[0]!.path);
    await publishRelease(host, etcd, built);
    await publishUpdateDirectory(host, [etcd]);
    expect((await verify(directorySource(root))).map(({ name }) => name)).not.toContain("left-over.raw");
  });
});

describe("the update directory", () => {
  test("holds the newest two of each line of every extension", async () => {
    await publishVersions(etcd, "3.5.9", "3.5.10", "3.5.10-2", "3.6.1");
    await publishVersions(keepalived, "2.3.3", "2.3.4", "2.4.0");
    await publishUpdateDirectory(host, [etcd, keepalived]);
    expect((await offered()).filter((name) => name.endsWith("-arm64.raw"))).toEqual([
      "etcd-3.5.10-2-arm64.raw",
      "etcd-3.5.10-arm64.raw",
      "etcd-3.6.1-arm64.raw",
      "keepalived-2.3.4-arm64.raw",
      "keepalived-2.4.0-arm64.raw",
    ]);
  });

  test("never offers a prerelease, what is excluded, or another line, though they have their releases", async () => {
    const strict = definitionOf("etcd", { track: ["3.5"], minimum: "3.5.2", exclude: ["3.5.3"] });
    await publishVersions(strict, "3.5.1", "3.5.2", "3.5.3", "3.5.4-rc.1", "3.4.9");
    await publishUpdateDirectory(host, [strict]);
    expect(await offered()).toEqual(["etcd-3.5.2-arm64.raw", "etcd-3.5.2-x86-64.raw"]);
  });

  test("is not published again where nothing changed", async () => {
    await publishVersions(etcd, "3.5.30");
    expect(await publishUpdateDirectory(host, [etcd])).toBe(true);
    expect(await publishUpdateDirectory(host, [etcd])).toBe(false);
    expect((await host.list()).filter(({ tag }) => tag.startsWith("updates-"))).toHaveLength(1);
  });

  test("keeps its last three, so that a host in the middle of one can end", async () => {
    for (const version of ["3.5.1", "3.5.2", "3.5.3", "3.5.4", "3.5.5"]) {
      await publishVersions(etcd, version);
      await publishUpdateDirectory(host, [etcd]);
    }
    const tags = (await host.list()).map(({ tag }) => tag).filter((tag) => tag.startsWith("updates-"));
    expect(tags.toSorted((left, right) => (left < right ? -1 : 1))).toEqual([
      "updates-3",
      "updates-4",
      "updates-5",
    ]);
  });

  test("does not exist before anything is published", async () => {
    expect(await publishUpdateDirectory(host, [etcd])).toBe(false);
    expect(await host.list()).toEqual([]);
  });
});

function latest(name: string): string {
  return join(root, "releases/latest/download", name);
}

describe("verification finds", () => {
  beforeEach(async () => {
    await publishVersions(etcd, "3.5.30");
    await publishUpdateDirectory(host, [etcd]);
  });
  test("nothing in what was published", async () => {
    const files = await verify(directorySource(root));
    expect(files.map(({ folder: where }) => where)).toContain("releases/latest/download");
  });

  test("a changed image", async () => {
    await appendFile(latest("etcd-3.5.30-arm64.raw"), "x");
    await expect(verify(directorySource(root))).rejects.toMatchObject({ code: "digest-mismatch" });
  });

  test("a missing image", async () => {
    await rm(latest("etcd-3.5.30-arm64.raw"));
    await expect(verify(directorySource(root))).rejects.toMatchObject({ code: "not-published" });
  });

  test("a damaged manifest", async () => {
    await appendFile(latest("SHA256SUMS"), "# edited by hand\n");
    await expect(verify(directorySource(root))).rejects.toMatchObject({ code: "manifest-invalid" });
  });
});
