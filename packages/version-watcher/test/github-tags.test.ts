import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openWatched, type Watched } from "./upstream.ts";

let watched: Watched;
beforeEach(async () => {
  watched = await openWatched("tags");
});
afterEach(() => watched[Symbol.asyncDispose]());

/** Pins tags in the definition, as after a review. */
function accept(pins: Record<string, string>): void {
  Object.assign(watched.extension.definition.upstreams.github ?? {}, { pins });
}

/** The statuses of the responses after the first `count` requests. */
function statusesSince(count: number): number[] {
  return watched.github.requests.slice(count).map(({ status }) => status);
}

describe.each([
  ["a tag", false],
  ["an annotated tag", true],
])("%s", (_, annotated) => {
  test("orders the source at its commit, the same for every architecture", async () => {
    const commit = watched.upstream.commit({ "hello.c": "int main;\n" }, new Date("2026-03-04T05:06:07Z"));
    watched.upstream.tag("v1.2.3", { commit, annotated });
    const orders = await watched.watch();
    const { origins } = watched.github;
    expect(orders).toHaveLength(2);
    for (const order of orders) {
      expect(order).toMatchObject({
        version: { upstream: "1.2.3", revision: 1 },
        inputs: [
          {
            name: "hello.orig.tar",
            url: `${origins.web}/acme/hello/archive/${commit}.tar.gz`,
            tree: expect.stringMatching(/^[0-9a-f]{40}$/),
            epoch: Date.parse("2026-03-04T05:06:07Z") / 1000,
            origin: { kind: "github", repository: "acme/hello", tag: "v1.2.3", commit },
          },
        ],
      });
    }
  });

  test("costs one 304 once it is published", async () => {
    for (let patch = 0; patch < 250; patch += 1) watched.upstream.tag(`v1.2.${patch}`, { annotated });
    watched.publish(await watched.watch());
    const before = watched.github.requests.length;
    expect(await watched.watch()).toEqual([]);
    expect(statusesSince(before)).toEqual([304]);
  });

  test("that was moved after it was published is an error that names both commits", async () => {
    const before = watched.upstream.tag("v1.2.3", { annotated });
    watched.publish(await watched.watch());
    const after = watched.upstream.tag("v1.2.3", { annotated });
    await expect(watched.watch()).rejects.toMatchObject({
      code: "upstream-moved",
      expected: `tag v1.2.3 in acme/hello to be what hello-v1.2.3 was built from, ${before}`,
      found: after,
    });
    await expect(watched.watch({ version: "1.2.3" })).rejects.toMatchObject({ code: "upstream-moved" });
  });

  test("that was moved is rebuilt as the next revision once the definition pins its commit", async () => {
    watched.upstream.tag("v1.2.3", { annotated });
    watched.publish(await watched.watch());
    const commit = watched.upstream.tag("v1.2.3", { annotated });
    accept({ "v1.2.3": commit });
    const orders = await watched.watch();
    expect(orders).toMatchObject([
      { version: { upstream: "1.2.3", revision: 2 }, inputs: [{ origin: { commit } }] },
      { version: { upstream: "1.2.3", revision: 2 } },
    ]);
    watched.publish(orders);
    const before = watched.github.requests.length;
    expect(await watched.watch()).toEqual([]);
    expect(statusesSince(before)).toEqual([304]);
  });

  test("that is moved again is an error again", async () => {
    watched.upstream.tag("v1.2.3", { annotated });
    watched.publish(await watched.watch());
    const accepted = watched.upstream.tag("v1.2.3", { annotated });
    accept({ "v1.2.3": accepted });
    const commit = watched.upstream.tag("v1.2.3", { annotated });
    await expect(watched.watch()).rejects.toMatchObject({
      code: "upstream-moved",
      expected: `tag v1.2.3 in acme/hello to name ${accepted}, as "upstreams.github.pins" says`,
      found: commit,
    });
  });

  test("that was moved before anything was published is built", async () => {
    watched.upstream.tag("v1.2.3", { annotated });
    await watched.watch();
    const commit = watched.upstream.tag("v1.2.3", { annotated });
    expect((await watched.watch())[0]).toMatchObject({ inputs: [{ origin: { commit } }] });
  });
});

test("a version with two tags is skipped", async () => {
  watched.upstream.tag("v1.0.0");
  watched.upstream.tag("v1.1.0");
  watched.upstream.tag("1.1.0");
  expect((await watched.watch())[0]?.version.upstream).toBe("1.0.0");
  expect(watched.log).toEqual(["skipping hello 1.1.0, which has several tags, v1.1.0 and 1.1.0"]);
});

test("a changed recipe rebuilds a published version as its next revision", async () => {
  watched.upstream.tag("v1.0.0");
  watched.publish(await watched.watch());
  await writeFile(join(watched.extension.folder, "files/greeting"), "good day\n");
  const orders = await watched.watch();
  expect(orders.map(({ version }) => version)).toEqual([
    { upstream: "1.0.0", revision: 2 },
    { upstream: "1.0.0", revision: 2 },
  ]);
  watched.publish(orders);
  expect(await watched.watch()).toEqual([]);
});

test("a tag that upstream deletes does not bring back an older version, and is reported", async () => {
  watched.upstream.tag("v1.0.0");
  watched.upstream.tag("v1.1.0");
  watched.publish(await watched.watch());
  watched.upstream.state.tags.delete("v1.1.0");
  expect(await watched.watch()).toEqual([]);
  expect(watched.log).toContain(
    "hosts are offered hello 1.1.0, which upstream github no longer has; if it is bad, withdraw it",
  );
});

test("an older version is built if the published one is excluded", async () => {
  watched.upstream.tag("v1.0.0");
  watched.upstream.tag("v1.1.0");
  watched.publish(await watched.watch());
  watched.extension.definition.versions.exclude.push("1.1.0");
  expect((await watched.watch())[0]?.version.upstream).toBe("1.0.0");
});

describe("the error is clear, and no request is sent, for", () => {
  test.each(["3.5.30; rm -rf /", "../../x", "1".repeat(300), "", "latest", "1"])(
    "the version %j",
    async (version) => {
      watched.upstream.tag("v1.0.0");
      await expect(watched.watch({ version })).rejects.toMatchObject({
        code: "unknown-version",
        found: JSON.stringify(version.slice(0, 80)),
      });
      expect(watched.github.requests).toEqual([]);
    },
  );
});

describe("the error is clear for a requested version", () => {
  test.each([
    [
      "that does not exist",
      "9.9.9",
      /upstream github offers: 1\.0\.0; found "9\.9\.9", which upstream does not have/,
    ],
    ["that is a prerelease", "v1.1.0-rc.1", /found "1\.1\.0-rc\.1", which is a prerelease/],
  ])("%s", async (_, version, message) => {
    watched.upstream.tag("v1.0.0");
    watched.upstream.tag("v1.1.0-rc.1");
    const watching = watched.watch({ version });
    await expect(watching).rejects.toMatchObject({ code: "unknown-version" });
    await expect(watching).rejects.toThrow(message);
  });
});

describe("GitHub rejects", () => {
  test("a repository that does not exist", async () => {
    watched.upstream.state.isPrivate = true;
    const token = watched.github.token({});
    await expect(watched.watch({ token })).rejects.toMatchObject({ code: "repository-missing" });
  });

  test("a request over the rate limit, and the error says until when", async () => {
    watched.upstream.tag("v1.0.0");
    const token = watched.github.token({}, { limit: 60, used: 60, resetsAt: Date.now() + 3_600_000_000 });
    await expect(watched.watch({ token })).rejects.toMatchObject({
      code: "rate-limited",
      found: expect.stringMatching(/until \d{4}-/),
    });
  });

  test("requests for a while, and the watch continues", async () => {
    watched.upstream.tag("v1.0.0");
    watched.github.fault(1, { answer: 502 });
    watched.github.fault(2, { retryAfter: 1 });
    expect(await watched.watch()).toHaveLength(2);
  });
});

test("a repository without versions is an error", async () => {
  watched.upstream.tag("nightly");
  await expect(watched.watch()).rejects.toThrow(/policy wants; found no semantic version/);
});
