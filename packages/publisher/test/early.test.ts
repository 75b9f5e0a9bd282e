import { join } from "node:path";
import { type Definition, releaseTag } from "@sysext-kiln/extension";
import { openGitHubClient } from "@sysext-kiln/github-client";
import type { Reporter } from "@sysext-kiln/machine";
import { publishAll, type PublishAllOptions } from "../src/publish-all.ts";
import { githubStore, type ReleaseStore } from "@sysext-kiln/release-store";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { VersionOfRun } from "../src/request-budget.ts";
import { definitionOf, imagesOf } from "./images.ts";
import { openGitHubStore, type GitHubTestStore } from "./test-store.ts";

const kilnHost = definitionOf("kiln-host");
const hello = definitionOf("hello0");
const howdy = definitionOf("hello1");
const others = ["hello2", "hello3", "hello4", "hello5"].map((name) => definitionOf(name));
const definitions = [kilnHost, hello, howdy, ...others];

let github: GitHubTestStore;
let said: string[];
beforeEach(async () => {
  github = await openGitHubStore();
  said = [];
});
afterEach(() => github[Symbol.asyncDispose]());

const builtImages = (definition: Definition, version: string) =>
  imagesOf(definition, version, join(github.folder, "images"));

/** What a run builds: a version of each of some extensions. */
async function runOf(...versions: readonly (readonly [Definition, string])[]): Promise<VersionOfRun[]> {
  return Promise.all(
    versions.map(async ([definition, version]) => {
      const images = (await builtImages(definition, version)).map(({ record }) => record);
      const [first] = images;
      if (first === undefined) throw new Error("a version has images");
      return { tag: releaseTag(definition, first.version), images: images.map(({ image }) => image.name) };
    }),
  );
}

const reporter: Reporter = {
  async run(phases) {
    const errors: unknown[] = [];
    for (const { run } of phases)
      await run((line) => said.push(line)).catch((error: unknown) => errors.push(error));
    return errors;
  },
};

/** Publishes a version of an extension with a token for a number of requests: by default before the end of its run. */
async function publish(
  definition: Definition,
  version: string,
  run: readonly VersionOfRun[],
  { isEarly = true, limit = 5000, ...more }: Partial<PublishAllOptions> & { limit?: number } = {},
) {
  const images = await builtImages(definition, version);
  const options = { baseUrl: "https://example.org/extensions", run, isEarly, ...more };
  return publishAll(openStore(limit), definitions, images, options, reporter);
}

/** The store of a publisher that has sent a request, and so knows how many are left. */
function openStore(limit: number): ReleaseStore {
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl } = github.github.environment;
  const token = github.github.token({ contents: "write" }, { limit });
  const client = openGitHubClient({ apiUrl, token, waitScale: 0.001 });
  return githubStore({
    client,
    repository: { owner: "acme", repo: "extensions" },
    serverUrl,
    waitScale: 0.001,
  });
}

/** GitHub's numbers of everything that is published or drafted. */
const assetIds = () =>
  github.repository.state.releases.flatMap(({ id, assets }) => [id, ...assets.map((asset) => asset.id)]);

const butaneOf = (tag: string) => {
  const name = `${tag.replace("-v", "-")}-x86-64.bu`;
  return github.repository.asset(tag, name).bytes.toString("utf8");
};

describe("an extension that is complete before kiln-host", () => {
  test("waits for the end of the first run, which publishes kiln-host before it", async () => {
    const run = await runOf([kilnHost, "1.0.0"], [hello, "1.0.0"]);
    const early = await publish(hello, "1.0.0", run);
    expect(early).toMatchObject({ errors: [], tags: [], waiting: ["hello0-v1.0.0"], updated: false });
    expect(said).toContainEqual(
      "waits for the end of the run: its configuration for hosts names an image of kiln-host, and none is published yet",
    );
    expect(github.repository.state.releases).toEqual([]);

    await publish(kilnHost, "1.0.0", run);
    const last = await publish(hello, "1.0.0", run, { isEarly: false });
    expect(last).toMatchObject({ errors: [], tags: ["hello0-v1.0.0"], waiting: [], updated: true });
    expect(butaneOf("hello0-v1.0.0")).toContain("kiln-host-v1.0.0/kiln-host-1.0.0-x86-64.raw");
  });

  test("is published with the newest kiln-host that is", async () => {
    const run = await runOf([kilnHost, "1.1.0"], [hello, "1.0.0"]);
    await publish(kilnHost, "1.0.0", run);
    expect(await publish(hello, "1.0.0", run)).toMatchObject({
      ...{ errors: [], tags: ["hello0-v1.0.0"], waiting: [], updated: true },
    });
    expect(butaneOf("hello0-v1.0.0")).toContain("kiln-host-v1.0.0/kiln-host-1.0.0-x86-64.raw");
  });
});

describe("an early publish", () => {
  let run: VersionOfRun[];
  beforeEach(async () => {
    run = await runOf(...definitions.map((definition) => [definition, "1.0.0"] as const));
    await publish(kilnHost, "1.0.0", run);
  });

  test("makes an update directory if the requests suffice for the rest of the run, too", async () => {
    const result = await publish(hello, "1.0.0", run);
    expect(result).toMatchObject({ errors: [], tags: ["hello0-v1.0.0"], updated: true });
  });

  test("otherwise publishes only the permanent release, and says so", async () => {
    // They suffice for a release, and for an update directory after the other five versions, but not for another one.
    const result = await publish(hello, "1.0.0", run, { limit: 205 });
    expect(result).toMatchObject({ errors: [], tags: ["hello0-v1.0.0"], waiting: [], updated: false });
    expect(said).toContainEqual(
      expect.stringMatching(/^left to the end of the run, which needs the \d+ requests/),
    );
    const last = await publish(howdy, "1.0.0", run, { isEarly: false });
    expect(last).toMatchObject({ errors: [], tags: ["hello1-v1.0.0"], updated: true });
  });

  test("makes one with few requests if it has only the index", async () => {
    const result = await publish(hello, "1.0.0", run, { limit: 205, updateDirectory: "index" });
    expect(result).toMatchObject({ errors: [], tags: ["hello0-v1.0.0"], updated: true });
  });

  test("publishes nothing if the requests may not suffice for the update directory at the end", async () => {
    const result = await publish(hello, "1.0.0", run, { limit: 50 });
    expect(result).toMatchObject({ errors: [], tags: [], waiting: ["hello0-v1.0.0"], updated: false });
    expect(said).toContainEqual(
      expect.stringMatching(/^waits for the end of the run: only \d+ more requests/),
    );
  });

  test("again changes nothing", async () => {
    await publish(hello, "1.0.0", run);
    const before = assetIds();
    expect(await publish(hello, "1.0.0", run)).toMatchObject({ errors: [], changed: false, failed: [] });
    expect(assetIds()).toEqual(before);
  });
});
