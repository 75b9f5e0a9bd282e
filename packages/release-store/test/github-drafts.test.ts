import { hash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Release, ReleaseStore } from "../src/release-store.ts";
import { isUpload, openTestRepository, type TestRepository } from "./test-repository.ts";

let opened: TestRepository;
let github: TestRepository["github"];
let repository: TestRepository["repository"];
let store: TestRepository["store"];
beforeEach(async () => {
  opened = await openTestRepository();
  ({ github, repository, store } = opened);
});
afterEach(() => opened[Symbol.asyncDispose]());

/** Another publisher, with a draft. */
async function begun(tag: string): Promise<{ other: ReleaseStore; draft: Release }> {
  const other = opened.openStore();
  return { other, draft: await other.draft(tag, "old notes") };
}

describe("an upload", () => {
  test("is not repeated if only its answer was lost", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    github.fault(isUpload, { cut: "after" });
    await store.upload(draft, "a.raw", await opened.file("bytes"));
    expect(github.requests.filter(isUpload)).toHaveLength(1);
    expect(await store.readBack(draft)).toMatchObject([{ name: "a.raw", size: 5, complete: true }]);
  });

  test.each([
    ["a part of it", { asset: "starter" } as const],
    ["nothing", { cut: "before" } as const],
  ])("is repeated if GitHub has %s", async (_, fault) => {
    const draft = await store.draft("etcd-v3.5.30", "");
    github.fault(isUpload, fault);
    await store.upload(draft, "a.raw", await opened.file("bytes"));
    expect(await store.readBack(draft)).toMatchObject([{ name: "a.raw", size: 5, complete: true }]);
  });

  test("replaces another asset of that name", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    await store.upload(draft, "a.raw", await opened.file("other"));
    await store.upload(draft, "a.raw", await opened.file("bytes"));
    expect(await store.readBack(draft)).toMatchObject([{ sha256: hash("sha256", "bytes") }]);
  });

  test("gives up after four attempts", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    github.fault(isUpload, { cut: "before" }, Infinity);
    await expect(store.upload(draft, "a.raw", await opened.file("bytes"))).rejects.toMatchObject({
      code: "network-unreachable",
    });
    expect(github.requests.filter(isUpload)).toHaveLength(4);
  });
});

describe("the draft that an interrupted run left", () => {
  test("is continued with the new notes, and the first publisher learns of it", async () => {
    const { other, draft } = await begun("etcd-v3.5.30");
    await other.upload(draft, "a.raw", await opened.file("bytes"));
    const continued = await store.draft("etcd-v3.5.30", "notes");
    expect(continued).toMatchObject({ id: draft.id, notes: "notes", assets: [{ name: "a.raw" }] });
    await expect(other.publish(draft, { latest: false })).rejects.toMatchObject({ code: "busy" });
    await expect(other.removeAsset(draft, continued.assets[0]!)).rejects.toMatchObject({ code: "busy" });
    expect(opened.tags()).toEqual(["draft etcd-v3.5.30"]);
  });

  test("is looked at only when whoever checked the old mark is done", async () => {
    await begun("etcd-v3.5.30");
    const times: number[] = [];
    github.watch(({ method, path }) => {
      if (method === "PATCH" || /\/releases\/\d+$/.test(path)) times.push(performance.now());
    });
    // 10 seconds for GitHub.
    await opened.openStore(0.05).draft("etcd-v3.5.30", "");
    const [claimed = 0, looked = 0] = times;
    expect(looked - claimed).toBeGreaterThan(490);
  });

  test("is the fullest of several, and the others are removed", async () => {
    const { draft } = await begun("etcd-v3.5.30");
    const body = repository.state.releases[0]?.body ?? "";
    for (const bytes of ["bytes", "b", "by"])
      repository.release("etcd-v3.5.30", { draft: true, body, assets: { "a.raw": bytes } });
    const continued = await store.draft("etcd-v3.5.30", "");
    expect(continued).toMatchObject({ assets: [{ size: 5 }] });
    expect(continued.id).not.toBe(draft.id);
    expect(opened.tags()).toEqual(["draft etcd-v3.5.30"]);
  });

  test("is not looked for if it was not among the releases that were listed", async () => {
    repository.release("etcd-v3.5.29");
    const known = await store.list();
    const listed = github.requests.length;
    await store.draft("etcd-v3.5.30", "", known);
    expect(github.requests).toHaveLength(listed + 1);
    await store.draft("etcd-v3.5.30", "", await store.list());
    expect(opened.tags()).toEqual(["etcd-v3.5.29", "draft etcd-v3.5.30"]);
  });

  test("of another tag is left alone, and so is one that a person made", async () => {
    await begun("etcd-v3.5.29");
    repository.release("etcd-v3.5.30", { draft: true, body: "by hand" });
    await store.draft("etcd-v3.5.30", "notes");
    expect(repository.state.releases.map(({ body }) => body?.replace(/\n\n<!--.*/, ""))).toEqual([
      "old notes",
      "by hand",
      "notes",
    ]);
  });

  test("is removed on request", async () => {
    const { draft } = await begun("etcd-v3.5.30");
    await store.remove(draft);
    await store.remove(draft);
    expect(opened.tags()).toEqual([]);
  });

  test("is removed by the publisher that began it without a claim", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    const before = github.requests.length;
    await store.remove(draft);
    expect(github.requests.slice(before).map(({ method }) => method)).toEqual(["GET", "DELETE"]);
    expect(opened.tags()).toEqual([]);
  });

  test("whose removal is refused stays, and is an error", async () => {
    const draft = await store.draft("etcd-v3.5.30", "");
    github.fault(({ method }) => method === "DELETE", { answer: 403 });
    await expect(store.remove(draft)).rejects.toMatchObject({ code: "permission-missing" });
    expect(opened.tags()).toEqual(["draft etcd-v3.5.30"]);
  });

  test("stays if it has been published in the meantime", async () => {
    const { other, draft } = await begun("etcd-v3.5.30");
    await other.publish(draft, { latest: false });
    await store.remove(draft);
    expect(opened.tags()).toEqual(["etcd-v3.5.30"]);
  });

  test("is an error if it was published as this publisher claimed it, and the mark cannot be removed", async () => {
    await begun("etcd-v3.5.30");
    github.watch(({ method, path }) => {
      if (method === "GET" && path.endsWith("/releases")) repository.state.releases[0]!.draft = false;
    });
    let changes = 0;
    github.fault(({ method }) => method === "PATCH" && (changes += 1) === 2, { answer: 403 });
    await expect(store.draft("etcd-v3.5.30", "")).rejects.toMatchObject({ code: "permission-missing" });
  });

  test("loses the mark of a publisher that claims it as it is published", async () => {
    await begun("etcd-v3.5.30");
    github.fault(({ method }) => method === "PATCH", {
      answer: 500,
      onFault: () => {
        repository.state.releases[0]!.draft = false;
      },
    });
    await store.draft("etcd-v3.5.30", "notes");
    expect(repository.state.releases[0]?.body).toBe("old notes");
  });
});
