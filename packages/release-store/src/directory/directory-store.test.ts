import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Release, ReleaseStore } from "../release-store.ts";
import { directoryStore } from "./directory-store.ts";

let folder: string;
let root: string;
let store: ReleaseStore;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-directory-store-"));
  root = join(folder, "public");
  store = directoryStore(root);
});
afterEach(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, "file");
  await writeFile(path, text);
  return path;
}

async function publish(tag: string, latest: boolean): Promise<Release> {
  const draft = await store.draft(tag, `notes of ${tag}`);
  await store.upload(draft, "a.raw", await file(`bytes of ${tag}`));
  await store.publish(draft, { latest });
  return (await store.list()).find((release) => release.tag === tag && !release.draft)!;
}

test("a directory that does not exist yet has no releases", async () => {
  expect(await store.list()).toEqual([]);
});

describe("a draft", () => {
  test("is invisible to hosts until it is published", async () => {
    const draft = await store.draft("etcd-v3.5.30", "notes");
    await store.upload(draft, "a.raw", await file("bytes"));
    expect(await store.list()).toMatchObject([{ tag: "etcd-v3.5.30", draft: true, notes: "notes" }]);
    await expect(readdir(join(root, "releases"))).rejects.toThrow("ENOENT");

    await store.publish(draft, { latest: false });
    expect(await readFile(join(root, "releases/download/etcd-v3.5.30/a.raw"), "utf8")).toBe("bytes");
    expect(await store.list()).toMatchObject([{ draft: false, latest: false, notes: "notes" }]);
  });

  test("is found again with what an earlier run uploaded", async () => {
    await store.upload(await store.draft("etcd-v3.5.30", ""), "a.raw", await file("bytes"));
    expect((await store.draft("etcd-v3.5.30", "")).assets).toMatchObject([{ name: "a.raw", size: 5 }]);
  });

  test("does not count an upload that was killed in the middle", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    await writeFile(join(draft.id, ".a.raw.partial"), "byt");
    expect(await store.readBack(draft)).toEqual([]);
    await store.upload(draft, "a.raw", await file("bytes"));
    expect(await store.readBack(draft)).toMatchObject([{ name: "a.raw", size: 5 }]);
  });

  test("can copy an asset of another release, and lose an asset", async () => {
    const release = await publish("etcd-v3.5.30", false);
    const draft = await store.draft("updates-1", "");
    const sha256 = "0".repeat(64);
    await store.copy(draft, { name: "a.raw", sha256 }, release);
    expect(await store.readBack(draft)).toMatchObject([
      { name: "a.raw", size: "bytes of etcd-v3.5.30".length },
    ]);
    await store.removeAsset(draft, (await store.readBack(draft))[0]!);
    expect(await store.readBack(draft)).toEqual([]);
  });

  test("never replaces a published release", async () => {
    await publish("etcd-v3.5.30", false);
    const draft = await store.draft("etcd-v3.5.30", "");
    await store.upload(draft, "a.raw", await file("other bytes"));
    await expect(store.publish(draft, { latest: false })).rejects.toMatchObject({ code: "release-conflict" });
    expect(await readFile(join(root, "releases/download/etcd-v3.5.30/a.raw"), "utf8")).toBe(
      "bytes of etcd-v3.5.30",
    );
  });
});

test("reading back returns the digest of the stored bytes", async () => {
  const draft = await store.draft("etcd-v3.5.30", "");
  await store.upload(draft, "a.raw", await file("bytes"));
  // A bit that flipped on the disk.
  await writeFile(join(draft.id, "a.raw"), "bytez");
  const [asset] = await store.readBack(draft);
  expect(asset?.sha256).toBe("2663091cf3bb93b54c6b030948eef39ff2a5bf4282275da0d64cb41efc648c16");
});

describe("the latest release", () => {
  test("is where a relative link leads, and moves in one step", async () => {
    await publish("updates-1", true);
    await publish("updates-2", true);
    expect(await readlink(join(root, "releases/latest/download"))).toBe("../download/updates-2");
    expect(await readFile(join(root, "releases/latest/download/a.raw"), "utf8")).toBe("bytes of updates-2");
    expect((await store.list()).filter(({ latest }) => latest).map(({ tag }) => tag)).toEqual(["updates-2"]);
  });

  test("can be one that was published before", async () => {
    const first = await publish("updates-1", true);
    await publish("updates-2", true);
    await store.makeLatest(first);
    expect(await readlink(join(root, "releases/latest/download"))).toBe("../download/updates-1");
  });

  test("is also switched if a kill left an unfinished link", async () => {
    const release = await publish("updates-1", false);
    await mkdir(join(root, "releases/latest"), { recursive: true });
    await writeFile(join(root, "releases/latest/.next"), "");
    await store.makeLatest(release);
    expect((await store.list())[0]?.latest).toBe(true);
  });
});

test("a release is removed completely", async () => {
  await store.remove(await publish("updates-1", false));
  expect(await store.list()).toEqual([]);
  expect(await readdir(join(root, "releases/download"))).toEqual([]);
  expect((await readdir(root)).filter((name) => name.includes("trash"))).toEqual([]);
});

test("two publishers wait for each other", async () => {
  const order: string[] = [];
  const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>();
  const first = store.exclusively(async () => {
    order.push("first begins");
    await mayEnd;
    order.push("first ends");
  });
  const second = directoryStore(root).exclusively(async () => {
    order.push("second begins");
  });
  end();
  await Promise.all([first, second]);
  const begins = order.indexOf("first begins");
  expect(order[begins + 1]).toBe("first ends");
});

describe("in a directory that others can write to,", () => {
  test("a link instead of a draft is refused, and its target keeps its files", async () => {
    const target = join(folder, "target");
    await mkdir(target);
    await writeFile(join(target, "kept"), "kept");
    await mkdir(join(root, ".drafts"), { recursive: true });
    await symlink(target, join(root, ".drafts/etcd-v3.5.30"));
    await expect(store.draft("etcd-v3.5.30", "")).rejects.toMatchObject({ code: "file-inaccessible" });
    expect(await store.list()).toEqual([]);
    expect(await readdir(target)).toEqual(["kept"]);
  });

  test.each([".drafts", ".trash", "releases", "releases/download", "releases/latest"])(
    "a link instead of %s is refused, and its target remains unchanged",
    async (name) => {
      const release = await publish("updates-1", true);
      const draft = await store.draft("updates-2", "");
      const elsewhere = join(folder, "elsewhere");
      await mkdir(join(root, name), { recursive: true });
      await rename(join(root, name), elsewhere);
      await symlink(elsewhere, join(root, name));
      const before = await readdir(elsewhere, { recursive: true });
      for (const work of [
        () => store.draft("updates-3", ""),
        () => store.publish(draft, { latest: true }),
        () => store.makeLatest(release),
        () => store.remove(release),
      ])
        await expect(work()).rejects.toMatchObject({ code: "file-inaccessible" });
      expect(await readdir(elsewhere, { recursive: true })).toEqual(before);
    },
  );

  test("a FIFO or a link instead of a published image is not copied, and not waited for", async () => {
    const release = await publish("hello-v1.0.0", false);
    const draft = await store.draft("updates-1", "");
    const sha256 = "0".repeat(64);
    await run("mkfifo", [join(release.id, "fifo.raw")]);
    await symlink(await file("bytes"), join(release.id, "link.raw"));
    for (const name of ["fifo.raw", "link.raw"])
      await expect(store.copy(draft, { name, sha256 }, release)).rejects.toMatchObject({
        code: "file-inaccessible",
      });
  });

  test("a manifest of gigabytes is refused before it is read", async () => {
    const release = await publish("updates-1", true);
    await writeFile(join(release.id, "SHA256SUMS"), "");
    await truncate(join(release.id, "SHA256SUMS"), 4_000_000_000);
    await expect(store.readText(release, "SHA256SUMS")).rejects.toMatchObject({ code: "file-inaccessible" });
  });

  test("a FIFO instead of the lock is refused, and not waited for", async () => {
    await mkdir(root);
    await run("mkfifo", [join(root, ".lock")]);
    await expect(store.exclusively(async () => "in")).rejects.toMatchObject({ code: "file-inaccessible" });
  });

  test("a link instead of the notes is replaced, and its target is not written to", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    const target = await file("kept");
    await rm(join(draft.id, ".notes.md"));
    await symlink(target, join(draft.id, ".notes.md"));
    await store.draft("etcd-v3.5.30", "notes");
    expect(await readFile(target, "utf8")).toBe("kept");
  });

  test("a link or a FIFO instead of an asset does not count as complete, and is removed", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    await symlink(await file("bytes"), join(draft.id, "link.raw"));
    await run("mkfifo", [join(draft.id, "fifo.raw")]);
    const assets = await store.readBack(draft);
    expect(assets).toMatchObject([
      { name: "fifo.raw", complete: false },
      { name: "link.raw", complete: false },
    ]);
    for (const asset of assets) await store.removeAsset(draft, asset);
    expect(await store.readBack(draft)).toEqual([]);
  });

  test("a FIFO instead of a manifest is refused without waiting for a writer", async () => {
    const release = await publish("updates-1", true);
    await run("mkfifo", [join(release.id, "SHA256SUMS")]);
    await expect(store.readText(release, "SHA256SUMS")).rejects.toMatchObject({ code: "file-inaccessible" });
  });
});
