import { join } from "node:path";
import { isKilnError } from "@sysext-kiln/error";
import { publishRelease, verify } from "@sysext-kiln/publisher";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { watchUpdateDirectory } from "./fault-cases.ts";
import { hello, imagesOf } from "./images.ts";
import { publishVersions } from "./publish-versions.ts";
import { latestText, tagsOf } from "./published.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";

describe.each([
  ["GitHub", false],
  ["GitHub with immutable releases", true],
])("on %s", (_, immutableReleases) => {
  let storeUnderTest: GitHubTestStore;
  beforeEach(async () => {
    storeUnderTest = await openGitHubStore({ immutableReleases });
    await publishVersions(storeUnderTest.store, hello, storeUnderTest.folder, ["1.0.0"]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  /** Publishes as a separate run does, and once more if another run interfered. */
  async function publish(store: ReleaseStore, version: string): Promise<void> {
    try {
      await publishVersions(store, hello, storeUnderTest.folder, [version]);
    } catch (error) {
      if (!isKilnError(error, "busy")) throw error;
      await publishVersions(storeUnderTest.reopen(), hello, storeUnderTest.folder, [version]);
    }
  }

  test("two publishers of different versions both finish, and hosts are offered both versions", async () => {
    const broken = watchUpdateDirectory(storeUnderTest);
    // The second one begins after different numbers of the first one's requests.
    for (const [index, begun] of [0, 3, 6, 9, 12, 15, 18].entries()) {
      const versions = [`1.${index + 1}.0`, `1.${index + 1}.1`] as const;
      const first = storeUnderTest.github.requests.length;
      const started = publish(storeUnderTest.reopen(), versions[0]);
      await expect
        .poll(() => storeUnderTest.github.requests.length - first, { interval: 1, timeout: 30_000 })
        .toBeGreaterThanOrEqual(begun);
      await Promise.all([started, publish(storeUnderTest.reopen(), versions[1])]);
      const manifest = await latestText(storeUnderTest, "SHA256SUMS");
      for (const version of versions) expect(manifest).toContain(`hello-${version}-x86-64.raw`);
      expect(await verify(storeUnderTest.source)).not.toEqual([]);
    }
    expect(broken).toEqual([]);
    expect((await tagsOf(storeUnderTest)).filter((tag) => tag.endsWith("?"))).toEqual([]);
  });

  test("of two publishers of the same version one publishes it, and both finish", async () => {
    const broken = watchUpdateDirectory(storeUnderTest);
    for (const version of ["1.1.0", "1.2.0", "1.3.0"]) {
      await Promise.all([
        publish(storeUnderTest.reopen(), version),
        publish(storeUnderTest.reopen(), version),
      ]);
      expect(await latestText(storeUnderTest, "SHA256SUMS")).toContain(`hello-${version}-x86-64.raw`);
    }
    expect(broken).toEqual([]);
    expect((await tagsOf(storeUnderTest)).filter((tag) => !tag.startsWith("updates-"))).toEqual([
      "hello-v1.0.0",
      "hello-v1.1.0",
      "hello-v1.2.0",
      "hello-v1.3.0",
    ]);
  });

  test("a publisher whose draft was taken over neither publishes nor removes anything", async () => {
    const [slow, quick] = [storeUnderTest.reopen(), storeUnderTest.reopen()];
    const images = await imagesOf(hello, "1.1.0", join(storeUnderTest.folder, "images"));
    const draft = await slow.draft("hello-v1.1.0", "");
    await slow.upload(draft, "half.raw", images[0]!.path);
    const taken = await quick.draft("hello-v1.1.0", "");
    await quick.upload(taken, "a.raw", images[0]!.path);
    await expect(slow.upload(draft, "a.raw", images[0]!.recordPath)).rejects.toMatchObject({
      code: "busy",
    });
    await expect(slow.publish(draft, { latest: true })).rejects.toMatchObject({ code: "busy" });
    expect(await quick.readBack(taken)).toContainEqual(
      expect.objectContaining({ name: "a.raw", sha256: images[0]!.record.image.sha256 }),
    );
    expect(await tagsOf(storeUnderTest)).toContain("hello-v1.1.0?");
    await publishRelease(quick, hello, images);
    await expect(slow.readBack({ ...draft, id: "1" })).rejects.toMatchObject({ code: "busy" });
    expect(await tagsOf(storeUnderTest)).toContain("hello-v1.1.0");
  });

  test("a draft that is published just before another publisher marks it keeps its notes", async () => {
    const { state } = storeUnderTest.repository;
    await storeUnderTest.reopen().draft("hello-v1.1.0", "the notes");
    const release = state.releases.find(({ tag }) => tag === "hello-v1.1.0")!;
    storeUnderTest.github.watch(({ method, path }) => {
      if (method !== "GET" || !path.endsWith("/releases") || !release.draft) return;
      // The effect of its publisher's last request.
      Object.assign(release, { draft: false, body: "the notes", immutable: immutableReleases });
      if (immutableReleases) state.usedTags.add(release.tag);
    });
    const late = storeUnderTest.reopen().draft("hello-v1.1.0", "other notes");
    const outcome = await late.then(
      () => "another draft",
      (error: unknown) => (isKilnError(error) ? error.code : error),
    );
    expect(outcome).toBe(immutableReleases ? "release-conflict" : "another draft");
    expect(release).toMatchObject({ draft: false, body: "the notes" });
  });
});
