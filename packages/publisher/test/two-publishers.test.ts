import { join } from "node:path";
import { isKilnError } from "@sysext-kiln/error";
import { publishRelease, verify } from "@sysext-kiln/publisher";
import type { ReleaseStore } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { hello, imagesOf } from "./images.ts";
import { inFolder, latestText, tagsOf } from "./place.ts";
import { openGitHub, type GitHubPlace } from "./place-github.ts";
import { publishVersions } from "./publish-versions.ts";
import { watchDirectory } from "./trial.ts";

describe.each([
  ["GitHub", false],
  ["GitHub with immutable releases", true],
])("on %s", (_, immutableReleases) => {
  let at: GitHubPlace;
  beforeEach(async () => {
    at = await inFolder((folder) => openGitHub(folder, { immutableReleases }));
    await publishVersions(at.store, hello, at.folder, ["1.0.0"]);
  });
  afterEach(() => at[Symbol.asyncDispose]());

  /** Publishes as a run of its own does, and again where another one was in the way. */
  async function publish(store: ReleaseStore, version: string): Promise<void> {
    try {
      await publishVersions(store, hello, at.folder, [version]);
    } catch (error) {
      if (!isKilnError(error, "store-busy")) throw error;
      await publishVersions(at.another(), hello, at.folder, [version]);
    }
  }

  test(
    "two publishers of different versions both end, and hosts are offered both versions",
    { timeout: 60_000 },
    async () => {
      const broken = watchDirectory(at);
      // One begins while the other is anywhere in its work.
      for (const [index, begun] of [0, 3, 6, 9, 12, 15, 18].entries()) {
        const versions = [`1.${index + 1}.0`, `1.${index + 1}.1`] as const;
        const first = at.github.requests.length;
        const started = publish(at.another(), versions[0]);
        await expect
          .poll(() => at.github.requests.length - first, { interval: 1 })
          .toBeGreaterThanOrEqual(begun);
        await Promise.all([started, publish(at.another(), versions[1])]);
        const manifest = await latestText(at, "SHA256SUMS");
        for (const version of versions) expect(manifest).toContain(`hello-${version}-x86-64.raw`);
        expect(await verify(at.source)).not.toEqual([]);
      }
      expect(broken).toEqual([]);
      expect((await tagsOf(at)).filter((tag) => tag.endsWith("?"))).toEqual([]);
    },
  );

  test(
    "of two publishers of the same version one publishes it, and both end",
    { timeout: 60_000 },
    async () => {
      const broken = watchDirectory(at);
      for (const version of ["1.1.0", "1.2.0", "1.3.0"]) {
        await Promise.all([publish(at.another(), version), publish(at.another(), version)]);
        expect(await latestText(at, "SHA256SUMS")).toContain(`hello-${version}-x86-64.raw`);
      }
      expect(broken).toEqual([]);
      expect((await tagsOf(at)).filter((tag) => !tag.startsWith("updates-"))).toEqual([
        "hello-v1.0.0",
        "hello-v1.1.0",
        "hello-v1.2.0",
        "hello-v1.3.0",
      ]);
    },
  );

  test("a publisher whose draft another one took over neither shows it nor takes anything away", async () => {
    const [slow, quick] = [at.another(), at.another()];
    const images = await imagesOf(hello, "1.1.0", join(at.folder, "images"));
    const draft = await slow.draft("hello-v1.1.0", "");
    await slow.upload(draft, "half.raw", images[0]!.path);
    const taken = await quick.draft("hello-v1.1.0", "");
    await quick.upload(taken, "a.raw", images[0]!.path);
    await expect(slow.upload(draft, "a.raw", images[0]!.recordPath)).rejects.toMatchObject({
      code: "store-busy",
    });
    await expect(slow.publish(draft, { latest: true })).rejects.toMatchObject({ code: "store-busy" });
    expect(await quick.readBack(taken)).toContainEqual(
      expect.objectContaining({ name: "a.raw", sha256: images[0]!.record.image.sha256 }),
    );
    expect(await tagsOf(at)).toContain("hello-v1.1.0?");
    await publishRelease(quick, hello, images);
    await expect(slow.readBack({ ...draft, id: "1" })).rejects.toMatchObject({ code: "store-busy" });
    expect(await tagsOf(at)).toContain("hello-v1.1.0");
  });

  test("a draft that is shown just before another publisher marks it keeps its notes", async () => {
    const { state } = at.repository;
    await at.another().draft("hello-v1.1.0", "the notes");
    const release = state.releases.find(({ tag }) => tag === "hello-v1.1.0")!;
    at.github.watch(({ method, path }) => {
      if (method !== "GET" || !path.endsWith("/releases") || !release.draft) return;
      // What its publisher's last request does.
      Object.assign(release, { draft: false, body: "the notes", immutable: immutableReleases });
      if (immutableReleases) state.usedTags.add(release.tag);
    });
    const late = at.another().draft("hello-v1.1.0", "other notes");
    const outcome = await late.then(
      () => "another draft",
      (error: unknown) => (isKilnError(error) ? error.code : error),
    );
    expect(outcome).toBe(immutableReleases ? "release-conflict" : "another draft");
    expect(release).toMatchObject({ draft: false, body: "the notes" });
  });
});
