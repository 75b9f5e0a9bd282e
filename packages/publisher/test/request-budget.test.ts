import { join } from "node:path";
import { openGitHubClient } from "@sysext-kiln/github-client";
import type { Reporter } from "@sysext-kiln/machine";
import { publishAll, publishRelease, publishUpdateDirectory } from "@sysext-kiln/publisher";
import { githubStore, type Release } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { directoryReader, readPrevious } from "../src/previous-directory.ts";
import {
  isEarlyDirectoryWithinBudget,
  isWithinBudget,
  mayPublishEarly,
  requestsPerVersion,
} from "../src/request-budget.ts";
import { definitionOf, imagesOf } from "./images.ts";
import { makeKey } from "./signed-test-store.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";

let github: GitHubTestStore;
beforeEach(async () => {
  github = await openGitHubStore();
});
afterEach(() => github[Symbol.asyncDispose]());

/** Publishes the first version of a number of extensions with a token for a number of requests. */
async function publish(extensions: number, limit: number) {
  const definitions = Array.from({ length: extensions }, (_, index) => definitionOf(`hello${index + 10}`));
  const folder = join(github.folder, "images");
  const images = await Promise.all(definitions.map((definition) => imagesOf(definition, "1.0.0", folder)));
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl } = github.github.environment;
  const token = github.github.token({ contents: "write" }, { limit });
  const client = openGitHubClient({ apiUrl, token, waitScale: 0.001 });
  const repository = { owner: "acme", repo: "extensions" };
  const store = githubStore({ client, repository, serverUrl, waitScale: 0.001 });
  const said: string[] = [];
  const reporter: Reporter = {
    async run(phases) {
      const errors: unknown[] = [];
      for (const { run } of phases)
        await run((line) => said.push(line)).catch((error: unknown) => errors.push(error));
      return errors;
    },
  };
  return { ...(await publishAll(store, definitions, images.flat(), {}, reporter)), said };
}

const directories = () =>
  [...github.repository.state.releases.values()].filter((release) => release.tag.startsWith("updates-"));

describe("the requests that GitHub accepts in an hour", () => {
  test("suffice for the update directory, and the remaining versions wait for the next run", async () => {
    const first = await publish(8, 150);
    expect(first.errors).toEqual([]);
    expect(first.tags.length).toBeGreaterThan(0);
    expect(first.waiting.length).toBeGreaterThan(0);
    expect(first.updated).toBe(true);
    expect(first.said).toContainEqual(
      expect.stringMatching(/^waits for the next run: only \d+ more requests/),
    );

    const second = await publish(8, 5000);
    expect(second).toMatchObject({ errors: [], waiting: [], updated: true });
    expect(second.tags.toSorted()).toEqual(first.waiting.toSorted());
  });

  test("are counted for a version with its configuration for hosts", async () => {
    const { folder, store } = github;
    const { signer } = await makeKey(folder, "key");
    const kilnHost = definitionOf("kiln-host");
    const hello = definitionOf("hello");
    const options = { signer, baseUrl: store.baseUrl, kilnHost };
    const images = join(folder, "images");
    await publishRelease(store, kilnHost, await imagesOf(kilnHost, "1.0.0", images), options);
    await publishUpdateDirectory(store, [kilnHost], options);
    const trust = { signer, signingKeys: undefined, adoptedDirectory: undefined, now: new Date() };
    const releases = await store.list();
    const read = directoryReader(store, trust);
    await readPrevious(releases, read);

    const before = github.github.requests.length;
    const built = await imagesOf(hello, "1.0.0", images);
    await publishRelease(store, hello, built, { ...options, releases, read });
    await store.find("hello-v1.0.0");
    const sent = github.github.requests.slice(before);
    expect(sent).toHaveLength(requestsPerVersion);
    expect((await store.find("hello-v1.0.0"))?.assets).toHaveLength(13);
  });

  test("are not spent on reading what the same run has sent", async () => {
    const { store, folder } = github;
    const { signer } = await makeKey(folder, "key");
    const hello = definitionOf("hello");
    await publishRelease(store, hello, await imagesOf(hello, "1.0.0", join(folder, "images")), { signer });
    await publishUpdateDirectory(store, [hello], { signer });
    const paths = new Set(github.github.requests.map(({ method, path }) => `${method} ${path}`));
    const read = github.repository.state.releases
      .flatMap(({ assets }) => assets)
      .filter(({ id }) => paths.has(`GET /repos/acme/extensions/releases/assets/${id}`))
      .map(({ name }) => name);
    expect(read.filter((name) => !name.endsWith(".raw"))).toEqual([]);
  });

  test("are many for a first run with many versions, which publishes the update directory early, too", async () => {
    const { errors, waiting } = await publish(13, 5000);
    expect({ errors, waiting }).toEqual({ errors: [], waiting: [] });
    expect(directories()).toHaveLength(2);
  });
});

/** The versions of a run that builds a number of extensions, of which some are published. */
function firstRun(extensions: number, published: number) {
  const versions = Array.from({ length: extensions }, (_, index) => ({
    tag: `hello${index}-v1.0.0`,
    images: [`hello${index}-1.0.0-x86-64.raw`, `hello${index}-1.0.0-arm64.raw`],
  }));
  const release = { id: "1", notes: "", draft: false, begunAt: undefined, latest: false, prerelease: false };
  const releases = versions.slice(0, published).map(({ tag }): Release => ({ ...release, tag, assets: [] }));
  return { versions, releases };
}

/** The least requests with which an early publish begins. */
const least = (latest?: Release) =>
  Array.from({ length: 200 }, (_, remaining) => remaining).find((remaining) =>
    mayPublishEarly({ remainingRequests: () => remaining }, latest),
  );

describe("a first run of 60 extensions", () => {
  test.each([
    [1, false],
    [30, false],
    [57, true],
  ])("makes an early update directory after %i versions: %s", (published, isMade) => {
    const { versions, releases } = firstRun(60, published);
    const store = { remainingRequests: () => 1000 };
    expect(isEarlyDirectoryWithinBudget(store, releases, versions)).toBe(isMade);
  });

  test.each([
    [150, false],
    [250, true],
  ])(
    "publishes one more version early with %i requests: %s, as those before are not in an update directory yet",
    (remaining, isPublished) => {
      const { versions, releases } = firstRun(60, 30);
      const progress = { published: [], next: "hello40-v1.0.0", isEarly: true };
      const store = { remainingRequests: () => remaining };
      expect(isWithinBudget(store, releases, versions, progress)).toBe(isPublished);
    },
  );

  test("does not even list the releases for an early publish when few requests are left", () => {
    expect(mayPublishEarly({ remainingRequests: () => 60 }, undefined)).toBe(false);
    expect(mayPublishEarly({ remainingRequests: () => 80 }, undefined)).toBe(true);
    expect(mayPublishEarly({ remainingRequests: () => undefined }, undefined)).toBe(true);
  });

  test("needs two requests more for each image that the update directory has", () => {
    const { releases } = firstRun(1, 1);
    const assets = ["a.raw", "b.raw", "SHA256SUMS", "raw.transfer"].map((name) => ({
      ...{ id: name, name, size: 1, sha256: undefined, complete: true },
    }));
    const directory = releases.map((release) => ({ ...release, tag: "updates-1", latest: true, assets }))[0];
    expect(least(directory)).toBe((least() ?? 0) + 4);
  });
});
