import { hash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  isHead,
  isPublishing,
  isUpload,
  openTestRepository,
  type TestRepository,
} from "./test-repository.ts";

let opened: TestRepository;
let github: TestRepository["github"];
let repository: TestRepository["repository"];
let store: TestRepository["store"];
beforeEach(async () => {
  opened = await openTestRepository();
  ({ github, repository, store } = opened);
});
afterEach(() => opened[Symbol.asyncDispose]());

test("a draft becomes a release with its assets and notes, and only then has its tag", async () => {
  const draft = await store.draft("etcd-v3.5.30", "notes");
  expect(draft).toMatchObject({ draft: true, notes: "notes" });
  expect(draft.begunAt).toBeInstanceOf(Date);
  await store.upload(draft, "a.raw", await opened.file("bytes"));
  expect(await store.find("etcd-v3.5.30")).toBeUndefined();
  expect(await store.readBack(draft)).toMatchObject([
    { name: "a.raw", size: 5, complete: true, sha256: hash("sha256", "bytes") },
  ]);
  await store.publish(draft, { latest: false });
  expect(await store.find("etcd-v3.5.30")).toMatchObject({
    ...{ draft: false, begunAt: undefined, latest: false, notes: "notes" },
    assets: [{ name: "a.raw", complete: true }],
  });
  expect(repository.state.releases[0]?.body).toBe("notes");
});

test("an asset is read, and a file of it kept on this machine if it has the expected digest", async () => {
  const release = await opened.publish("etcd-v3.5.30");
  expect(await store.readText(release, "a.raw")).toBe("bytes of etcd-v3.5.30");
  await expect(store.readBytes(release, "b.raw")).rejects.toMatchObject({ code: "not-published" });
  const other = { name: "a.raw", sha256: hash("sha256", "other bytes") };
  await expect(store.fileOf(release, other)).rejects.toMatchObject({ code: "digest-mismatch" });
});

test("an asset is copied into a draft, and removed from it", async () => {
  const release = await opened.publish("etcd-v3.5.30");
  const draft = await store.draft("updates-1", "");
  const sha256 = hash("sha256", "bytes of etcd-v3.5.30");
  await store.copy(draft, { name: "a.raw", sha256 }, release);
  const [copied, ...others] = await store.readBack(draft);
  expect([copied, others]).toMatchObject([{ name: "a.raw", sha256 }, []]);
  await store.removeAsset(draft, copied!);
  expect(await store.readBack(draft)).toEqual([]);
});

test("the digest of an asset that GitHub has none for comes from its bytes", async () => {
  github.fault(isUpload, { asset: "null-digest" });
  const draft = await store.draft("etcd-v3.5.30", "");
  await store.upload(draft, "a.raw", await opened.file("bytes"));
  expect(await store.readBack(draft)).toMatchObject([{ sha256: hash("sha256", "bytes") }]);
});

test("reading back downloads nothing that is incomplete, or whose digest GitHub knows", async () => {
  const draft = await store.draft("etcd-v3.5.30", "");
  await store.upload(draft, "a.raw", await opened.file("bytes"));
  await store.upload(draft, "b.raw", await opened.file("bytes"));
  Object.assign(repository.asset("etcd-v3.5.30", "b.raw"), { state: "starter", digest: null });
  const before = github.requests.length;
  const assets = await store.readBack(draft);
  expect(assets.map(({ name, sha256 }) => [name, sha256])).toEqual([
    ["a.raw", hash("sha256", "bytes")],
    ["b.raw", undefined],
  ]);
  expect(github.requests).toHaveLength(before + 1);
});

describe("publishing", () => {
  test("is not repeated if only the answer was lost", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    github.fault(isPublishing, { cut: "after" });
    await store.publish(draft, { latest: false });
    expect(github.requests.filter(isPublishing)).toHaveLength(1);
    expect(opened.tags()).toEqual(["etcd-v3.5.30"]);
  });

  test("fails if the tag was published before", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    repository.release("etcd-v3.5.30", { body: "published" });
    await expect(store.publish(draft, { latest: false })).rejects.toMatchObject({ code: "release-conflict" });
    expect(await store.find("etcd-v3.5.30")).toMatchObject({ notes: "published" });
  });
});

describe("the latest release", () => {
  test("is the one that was published as such, or made so later", async () => {
    expect(await store.latest()).toBeUndefined();
    const first = await opened.publish("updates-1", true);
    await opened.publish("etcd-v3.5.30", false);
    expect(await store.latest()).toMatchObject({ tag: "updates-1", latest: true });
    await opened.publish("updates-2", true);
    expect((await store.list()).filter(({ latest }) => latest)).toMatchObject([{ tag: "updates-2" }]);
    await store.makeLatest(first);
    expect(await store.latest()).toMatchObject({ tag: "updates-1" });
  });

  test("is waited for until its address leads to it", async () => {
    const first = await opened.publish("updates-1", true);
    await opened.publish("updates-2", true);
    await expect(store.untilServed(first)).rejects.toMatchObject({ code: "not-published" });
    expect(github.requests.filter(isHead)).toHaveLength(31);
    github.fault(isHead, { answer: 404 }, 2);
    await store.untilServed((await store.latest())!);
    expect(github.requests.filter(isHead)).toHaveLength(34);
  });

  test("of a private repository is not waited for, nor is one without assets", async () => {
    const release = await opened.publish("updates-1", true);
    await store.untilServed({ ...release, tag: "updates-2", assets: [] });
    expect(github.requests.filter(isHead)).toEqual([]);
    repository.state.isPrivate = true;
    await store.untilServed(release);
    expect(github.requests.filter(isHead)).toHaveLength(1);
  });
});

describe("a published release", () => {
  test("is removed together with its tag", async () => {
    await store.remove(await opened.publish("updates-1"));
    expect([opened.tags(), repository.state.tags.has("updates-1")]).toEqual([[], false]);
  });

  test("whose tag is already gone is removed as well", async () => {
    const release = await opened.publish("updates-1");
    github.fault(({ method, path }) => method === "DELETE" && path.includes("/git/refs/"), { answer: 422 });
    await store.remove(release);
    expect(opened.tags()).toEqual([]);
  });

  test("is hidden by the removal of its tag, with a mark for the next run", async () => {
    const release = await opened.publish("updates-1");
    github.fault(({ method, path }) => method === "DELETE" && path.includes("/releases/"), { answer: 403 });
    await expect(store.remove(release)).rejects.toMatchObject({ code: "permission-missing" });
    expect(opened.tags()).toEqual(["draft updates-1"]);
    await opened.openStore().draft("updates-1", "");
    expect(opened.tags()).toEqual(["draft updates-1"]);
  });

  test("that is immutable is removed before its tag, which stays taken", async () => {
    await using immutable = await openTestRepository({ immutableReleases: true });
    await immutable.store.remove(await immutable.publish("updates-1"));
    expect(immutable.tags()).toEqual([]);
    expect(await immutable.store.tagsBeginningWith("updates-")).toEqual(["updates-1"]);
    await expect(immutable.store.draft("updates-1", "")).rejects.toMatchObject({ code: "release-conflict" });
  });

  test("can get other notes", async () => {
    const release = await opened.publish("updates-1");
    await store.editNotes(release, "withdrawn");
    expect(await store.find("updates-1")).toMatchObject({ notes: "withdrawn" });
  });
});

test("tags are found by how they begin, with or without a release", async () => {
  for (const tag of ["updates-1", "etcd-v1.0.0", "updates-2"]) repository.tag(tag);
  expect((await store.tagsBeginningWith("updates-")).toSorted()).toEqual(["updates-1", "updates-2"]);
});
