import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

describe("an asset", () => {
  test("can be read; one that is absent is an error that names the others", async () => {
    const release = await publish("etcd-v3.5.30", false);
    expect(await store.readText(release, "a.raw")).toBe("bytes of etcd-v3.5.30");
    await expect(store.readBytes(release, "b.raw")).rejects.toMatchObject({
      code: "not-published",
      found: "a.raw",
    });
  });

  test("is a file of the directory if it has the expected digest", async () => {
    const release = await publish("etcd-v3.5.30", false);
    const [asset] = await store.readBack(release);
    const path = join(root, "releases/download/etcd-v3.5.30/a.raw");
    expect(await store.fileOf(release, { name: "a.raw", sha256: asset?.sha256 ?? "" })).toBe(path);
    await expect(store.fileOf(release, { name: "a.raw", sha256: "0".repeat(64) })).rejects.toMatchObject({
      code: "digest-mismatch",
    });
  });

  test("shares its bytes with the asset that it is a copy of", async () => {
    const release = await publish("etcd-v3.5.30", false);
    const draft = await store.draft("updates-1", "");
    await store.copy(draft, { name: "a.raw", sha256: "" }, release);
    expect((await stat(join(draft.id, "a.raw"))).ino).toBe((await stat(join(release.id, "a.raw"))).ino);
  });

  test("reports its size when it has been uploaded", async () => {
    const sent: number[] = [];
    const draft = await store.draft("etcd-v3.5.30", "");
    await store.upload(draft, "a.raw", await file("bytes"), (bytes) => sent.push(bytes));
    expect(sent).toEqual([5]);
  });
});

describe("a published release", () => {
  test("is found by its tag", async () => {
    await publish("etcd-v3.5.30", true);
    expect(await store.find("etcd-v3.5.30")).toMatchObject({
      latest: true,
      draft: false,
      begunAt: undefined,
    });
    expect(await store.find("etcd-v3.5.29")).toBeUndefined();
  });

  test("can get other notes, also after a kill in the middle of that", async () => {
    const release = await publish("etcd-v3.5.30", false);
    await writeFile(join(release.id, ".notes.partial"), "");
    await store.editNotes(release, "other notes");
    expect(await store.find("etcd-v3.5.30")).toMatchObject({ notes: "other notes" });
    expect((await readdir(release.id)).toSorted()).toEqual([".notes.md", "a.raw"]);
  });

  test("has a tag that is found by how it begins", async () => {
    for (const tag of ["updates-1", "etcd-v3.5.30", "updates-2"]) await publish(tag, false);
    await writeFile(join(root, "releases/download/updates-notes"), "not a release");
    await store.draft("updates-3", "");
    expect((await store.tagsBeginningWith("updates-")).toSorted()).toEqual(["updates-1", "updates-2"]);
  });
});

test("a draft has the time at which it was begun, and is never the latest release", async () => {
  await publish("updates-1", true);
  const before = Date.now();
  expect(await store.draft("updates-1", "")).toMatchObject({ draft: true, latest: false });
  const draft = (await store.list()).find((release) => release.draft);
  expect(draft).toMatchObject({ latest: false });
  expect(Math.abs((draft?.begunAt?.getTime() ?? 0) - before)).toBeLessThan(60_000);
});

async function inTheWay(path: string): Promise<void> {
  await mkdir(join(path, "folder"), { recursive: true });
}

describe("a folder that somebody has made in the place of", () => {
  test("an asset is an error", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    await inTheWay(join(draft.id, "a.raw"));
    await expect(store.upload(draft, "a.raw", await file("bytes"))).rejects.toThrow("EISDIR");
  });

  test("the notes is an error", async () => {
    const release = await publish("etcd-v3.5.30", false);
    await rm(join(release.id, ".notes.md"));
    await inTheWay(join(release.id, ".notes.md"));
    await expect(store.editNotes(release, "other notes")).rejects.toThrow("EISDIR");
  });

  test("the link to the latest release is an error", async () => {
    await inTheWay(join(root, "releases/latest/download"));
    await expect(publish("updates-1", true)).rejects.toThrow("EISDIR");
  });
});

describe("a draft that is removed", () => {
  test("disappears, together with what an interrupted removal left", async () => {
    const draft = await store.draft("updates-1", "");
    await mkdir(join(root, ".trash/updates-1/left"), { recursive: true });
    await store.remove(draft);
    expect(await store.list()).toEqual([]);
  });

  test("stays if it has been published in the meantime, and a release that is gone is an error", async () => {
    const draft = await store.draft("updates-1", "");
    await store.publish(draft, { latest: false });
    await store.remove(draft);
    const [release] = await store.list();
    expect(release).toMatchObject({ tag: "updates-1", draft: false });
    await store.remove(release!);
    await expect(store.remove(release!)).rejects.toThrow("ENOENT");
  });
});

describe("the latest release", () => {
  test("is found, if there is one", async () => {
    expect(await store.latest()).toBeUndefined();
    await publish("updates-1", true);
    expect(await store.latest()).toMatchObject({ tag: "updates-1", latest: true });
  });
});
