import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { publishUpdateDirectory, verify } from "@sysext-kiln/publisher";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkUpdateDirectory } from "../src/update-directory.ts";
import { definitionOf } from "./images.ts";
import { publishReleases, publishVersions } from "./publish-versions.ts";
import { latestTag, latestText, tagsOf } from "./published.ts";
import { openGitHubStore, storeKinds, type GitHubTestStore, type TestStore } from "./test-store.ts";

const etcd = definitionOf("etcd");
const image = "etcd-3.5.30-arm64.raw";

/** Expects the next run to say why, and to publish another update directory, and the one after that to do nothing. */
async function expectReplaced(storeUnderTest: TestStore, by: string, why: RegExp): Promise<void> {
  const { store } = storeUnderTest;
  expect((await checkUpdateDirectory(store, await store.list(), [etcd])).outdated).toMatch(why);
  const lines: string[] = [];
  expect(await publishUpdateDirectory(store, [etcd], { say: (line) => lines.push(line) })).toBe(true);
  expect(lines).toContainEqual(expect.stringMatching(why));
  expect(await latestTag(storeUnderTest)).toBe(by);
  expect(await latestText(storeUnderTest, "SHA256SUMS")).toContain(image);
  expect((await checkUpdateDirectory(store, await store.list(), [etcd])).outdated).toBeUndefined();
  expect(await publishUpdateDirectory(store, [etcd])).toBe(false);
}

describe.each(storeKinds)("in %s, the next number replaces an update directory", (_, open) => {
  let storeUnderTest: TestStore;
  beforeEach(async () => {
    storeUnderTest = await open();
    await publishVersions(storeUnderTest.store, etcd, storeUnderTest.folder, ["3.5.30"]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  test.each([
    ["an image was removed", image, undefined, /^updates-1 is damaged: etcd-3\.5\.30-arm64\.raw is missing$/],
    ["an image was replaced", image, "hsqs of somebody else", /^updates-1 is damaged: .* was replaced$/],
    ["the manifest was removed", "SHA256SUMS", undefined, /^updates-1 is damaged/],
    ["the manifest was replaced", "SHA256SUMS", "garbage", /^updates-1 is damaged/],
    ["the index was removed", "kiln-index-1.txt", undefined, /^updates-1 is damaged/],
    ["the index was replaced", "kiln-index-1.txt", "kiln-index 1\n", /^updates-1 is damaged/],
  ])("in which %s", async (__, name, bytes, why) => {
    await storeUnderTest.damage("updates-1", name, bytes);
    await expectReplaced(storeUnderTest, "updates-2", why);
    expect(await verify(storeUnderTest.source).catch((error: unknown) => error)).toBeDefined();
  });

  test.each([["updates-2"], ["updates-99"]])("that somebody made by hand as %s", async (tag) => {
    const path = join(storeUnderTest.folder, "note.txt");
    await writeFile(path, "a note\n");
    const person = storeUnderTest.reopen();
    const draft = await person.draft(tag, "");
    await person.upload(draft, "note.txt", path);
    await person.publish(draft, { latest: true });
    const next = `updates-${Number(tag.slice("updates-".length)) + 1}`;
    await expectReplaced(storeUnderTest, next, new RegExp(`^${tag} is damaged`));
  });
});

describe.each([
  ["GitHub", false],
  ["GitHub with immutable releases", true],
])("on %s", (_, immutableReleases) => {
  let storeUnderTest: GitHubTestStore;
  beforeEach(async () => {
    storeUnderTest = await openGitHubStore({ immutableReleases });
    await publishVersions(storeUnderTest.store, etcd, storeUnderTest.folder, ["3.5.30"]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  const directory = () => storeUnderTest.repository.state.releases.find(({ tag }) => tag === "updates-1")!;

  test("an update directory is replaced after an image got other bytes of the same size", async () => {
    const { bytes } = storeUnderTest.repository.asset("updates-1", image);
    await storeUnderTest.damage("updates-1", image, bytes.toString().toUpperCase());
    await expectReplaced(storeUnderTest, "updates-2", /etcd-3\.5\.30-arm64\.raw was replaced$/);
  });

  test("an update directory is replaced after a file was added", async () => {
    const [first] = directory().assets;
    directory().assets.push({ ...first!, id: 1, name: "more.raw" });
    await expectReplaced(storeUnderTest, "updates-2", /^updates-1 is damaged: more\.raw was added$/);
  });

  test("an update directory is replaced after it was marked as a prerelease", async () => {
    directory().prerelease = true;
    await expectReplaced(storeUnderTest, "updates-2", /marked as a prerelease/);
  });

  test("an update directory is replaced after an upload was left incomplete", async () => {
    storeUnderTest.repository.asset("updates-1", image).state = "starter";
    await expectReplaced(storeUnderTest, "updates-2", /etcd-3\.5\.30-arm64\.raw is missing$/);
  });

  test.each([
    ["listed", 21],
    ["removed as well", 12],
  ])(
    "tags of removed update directories that are %s are not tried one after the other",
    async (tags, number) => {
      const { repository, github } = storeUnderTest;
      const { state } = repository;
      state.releases = state.releases.filter(({ tag }) => !tag.startsWith("updates-"));
      const isListed = tags === "listed";
      for (let taken = 1; taken <= (isListed ? 20 : 10); taken += 1) {
        if (isListed) repository.tag(`updates-${taken}`);
        else state.tags.delete(`updates-${taken}`);
        if (immutableReleases) state.usedTags.add(`updates-${taken}`);
      }
      const before = github.requests.length;
      expect(await publishUpdateDirectory(storeUnderTest.reopen(), [etcd])).toBe(true);
      const uploads = github.requests.slice(before).filter(({ query }) => query.get("name") === image);
      expect(uploads).toHaveLength(1);
      expect(await latestTag(storeUnderTest)).toBe(`updates-${immutableReleases ? number : 1}`);
      expect(await tagsOf(storeUnderTest)).not.toContainEqual(expect.stringContaining("?"));
    },
  );
});

describe.each(storeKinds)("in %s, a damaged release", (_, open) => {
  const alpha = definitionOf("alpha");
  const beta = definitionOf("beta");
  let storeUnderTest: TestStore;
  beforeEach(async () => {
    storeUnderTest = await open();
    const { store, folder } = storeUnderTest;
    await publishReleases(store, alpha, folder, ["1.1.0", "1.2.0"]);
    await publishVersions(store, beta, folder, ["1.0.0"]);
  });
  afterEach(() => storeUnderTest[Symbol.asyncDispose]());

  const missing = { code: "not-published", expected: expect.stringContaining("alpha-v1.2.0") };

  test.each([
    ["that lacks an image", "alpha-1.2.0-arm64.raw", undefined, missing],
    ["with a replaced image", "alpha-1.2.0-arm64.raw", "others", { code: "digest-mismatch" }],
    [
      "with a replaced image of the same size",
      "alpha-1.2.0-arm64.raw",
      "hsqs, as if it were ALPHA-1.2.0-arm64.raw",
      { code: "digest-mismatch" },
    ],
    ["without a manifest", "SHA256SUMS", undefined, { code: "not-published" }],
    ["with an invalid manifest", "SHA256SUMS", "garbage", { code: "manifest-invalid" }],
  ])(
    "%s is an error, its version is left out, and the others are published",
    async (__, name, bytes, error) => {
      const { store, folder } = storeUnderTest;
      await storeUnderTest.damage("alpha-v1.2.0", name, bytes);
      await publishReleases(store, beta, folder, ["1.1.0"]);
      await expect(publishUpdateDirectory(store, [alpha, beta])).rejects.toMatchObject(error);
      const manifest = await latestText(storeUnderTest, "SHA256SUMS");
      for (const one of ["alpha-1.1.0-arm64", "beta-1.1.0-arm64"]) expect(manifest).toContain(one);
      expect(manifest).not.toContain("alpha-1.2.0");
      const { problems } = await checkUpdateDirectory(store, await store.list(), [alpha, beta]);
      expect(problems).toMatchObject([error]);
    },
  );

  test("that hosts are offered is left out when its image is copied, if the store knows no digests", async () => {
    const { store, folder } = storeUnderTest;
    await publishUpdateDirectory(store, [alpha, beta]);
    const other = "hsqs, as if it were ALPHA-1.2.0-arm64.raw";
    await storeUnderTest.damage("alpha-v1.2.0", "alpha-1.2.0-arm64.raw", other);
    await publishReleases(store, beta, folder, ["1.1.0"]);
    const publishing = publishUpdateDirectory(store, [alpha, beta]);
    await expect(publishing).rejects.toMatchObject({ code: "digest-mismatch" });
    const manifest = await latestText(storeUnderTest, "SHA256SUMS");
    expect(manifest).toContain("beta-1.1.0-arm64");
    expect(manifest).not.toContain("alpha-1.2.0");
  });

  test("that hosts are offered is left out, too, but not if they are to leave its version", async () => {
    const { store } = storeUnderTest;
    await publishUpdateDirectory(store, [alpha, beta]);
    await storeUnderTest.damage("alpha-v1.2.0", "alpha-1.2.0-arm64.raw", undefined);
    await expect(publishUpdateDirectory(store, [alpha, beta])).rejects.toMatchObject(missing);
    expect(await latestText(storeUnderTest, "SHA256SUMS")).not.toContain("alpha-1.2.0");

    await storeUnderTest.damage("alpha-v1.1.0", "alpha-1.1.0-arm64.raw", undefined);
    const withdrawn = definitionOf("alpha", { withdrawn: { "1.1.0": "loses data" } });
    await expect(publishUpdateDirectory(store, [withdrawn, beta])).rejects.toMatchObject(missing);
    const name = /kiln-index-\d+\.txt/.exec(await latestText(storeUnderTest, "SHA256SUMS"))?.[0] ?? "";
    expect(await latestText(storeUnderTest, name)).toContain("withdrawn alpha-1.1.0-arm64.raw loses data");
  });
});
