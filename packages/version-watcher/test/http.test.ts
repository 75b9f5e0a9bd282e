import { hash } from "node:crypto";
import type { Extension } from "@sysext-kiln/extension";
import { startGitHub, type GitHub } from "@sysext-kiln/testbed";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHttpHello, type HttpHello } from "./http-hello.ts";
import { releaseOf } from "./release.ts";

let http: HttpHello;
beforeEach(async () => {
  http = await openHttpHello(() => github);
});
afterEach(() => http[Symbol.asyncDispose]());

let github: GitHub | undefined;
afterEach(async () => {
  await github?.[Symbol.asyncDispose]();
  github = undefined;
});

const planned = async (of: Extension) => (await http.watch(of))[0]?.version.upstream;

test("the newest version in an HTML page is ordered, with its digest, its size and where both are from", async () => {
  http.list("1.0.0", "1.1.0", "rootless-extras-9.0.0");
  http.offer("1.1.0");
  const url = `${http.server.origin}/x86_64/hello-1.1.0.tgz`;
  expect(await http.watch()).toMatchObject([
    {
      ...{ architecture: "x86-64", upstream: "http", version: { upstream: "1.1.0", revision: 1 } },
      inputs: [
        {
          ...{ name: "hello.tar.gz", url, size: 16, sha256: hash("sha256", "1.1.0 for x86_64") },
          origin: { kind: "http", checksums: `${url}.sha256` },
          take: { hello: "usr/bin/hello" },
        },
      ],
    },
    { architecture: "arm64" },
  ]);
});

test("a watch says what it reads", async () => {
  http.list("1.1.0");
  http.offer("1.1.0");
  await http.watch();
  const { origin } = http.server;
  const files = ["x86_64", "aarch64"].map((arch) => `${origin}/${arch}/hello-1.1.0.tgz`);
  expect(http.progress.toSorted()).toEqual(
    [
      `reading ${origin}/`,
      ...files.flatMap((file) => [
        `asking for ${file}`,
        `asking for ${file}.sha256`,
        `reading ${file}.sha256`,
      ]),
    ].toSorted(),
  );
});

/** An entry of a list such as HashiCorp's. */
function entry(version: string, is_prerelease: boolean, license: string, at: string): object {
  return { version, is_prerelease, license: { class: license }, at };
}

describe("versions come from", () => {
  const fixed = { checksums: "{file}.sha256" };
  beforeEach(() => {
    for (const version of ["1.0.0", "1.1.0", "1.2.0", "1.2.0+ent", "2.17"]) http.offer(version);
  });

  test("a JSON array of objects, with the ones that a filter leaves, over several pages", async () => {
    const pages = [
      [entry("1.2.0+ent", false, "enterprise", "t3"), entry("1.2.0", true, "oss", "t2")],
      [entry("1.1.0", false, "oss", "t1"), entry("1.0.0", false, "oss", "t0")],
      [],
    ];
    ["/releases?limit=2", "/releases?limit=2&after=t2", "/releases?limit=2&after=t0"].forEach((path, index) =>
      http.server.pages.set(path, JSON.stringify(pages[index])),
    );
    const json = {
      url: `${http.server.origin}/releases?limit=2`,
      version: "version",
      where: { is_prerelease: false, "license.class": "oss" },
      next: { parameter: "after", from: "at" },
    };
    expect(await planned(http.hello({ ...fixed, versions: { json } }))).toBe("1.1.0");
    expect(http.server.requests.filter(({ path }) => path.startsWith("/releases"))).toHaveLength(3);
  });

  test.each<[string, unknown, object, string]>([
    [
      "a JSON array of texts with a form",
      ["release-1.1.0", "1.2.0"],
      { pattern: "release-{version}" },
      "1.1.0",
    ],
    ["a single text in a JSON document", { newest: "1.0.0" }, { items: "newest" }, "1.0.0"],
    ["the keys of a JSON object", { releases: { "1.0.0": {}, "1.2.0": {} } }, { items: "releases" }, "1.2.0"],
    [
      "a JSON object whose entries name them",
      { a: { v: "v1.0.0", stable: true }, b: { v: "1.1.0", stable: false } },
      { version: "v", where: { stable: true } },
      "1.0.0",
    ],
  ])("%s", async (_, document, keys, version) => {
    http.server.pages.set("/index.json", JSON.stringify(document));
    const json = { url: `${http.server.origin}/index.json`, ...keys };
    expect(await planned(http.hello({ ...fixed, versions: { json } }))).toBe(version);
  });

  test("GitLab's tags, over several pages", async () => {
    const tags = "/api/v4/projects/group%2Fhello/repository/tags?per_page=100&page=";
    http.server.pages.set(`${tags}1`, {
      content: JSON.stringify([{ name: "2.9-pre1" }, { name: "1.0.0" }]),
      headers: { "x-next-page": "2" },
    });
    http.server.pages.set(`${tags}2`, { content: '[{"name":"2.17"}]', headers: { "x-next-page": "" } });
    const gitlab = { url: `${http.server.origin}/`, project: "group/hello" };
    expect(await planned(http.hello({ ...fixed, versions: { gitlab } }))).toBe("2.17");
  });

  test("another repository's tags on GitHub", async () => {
    github = await startGitHub();
    const upstream = github.repository("acme/hello");
    for (const tag of ["v1.0.0", "v1.2.0", "api/v1.3.0"]) upstream.tag(tag);
    const versions = { github: { repository: "acme/hello", tags: "v{version}" } };
    expect(await planned(http.hello({ ...fixed, versions }))).toBe("1.2.0");
  });
});

test("a version with build metadata is encoded in URLs", async () => {
  http.list("1.0.0%2Bk3s1");
  http.offer("1.0.0+k3s1");
  const [order] = await http.watch();
  expect(order?.inputs).toMatchObject([{ url: `${http.server.origin}/x86_64/hello-1.0.0%2Bk3s1.tgz` }]);
});

test("the previous version is taken while a file of the newest is missing", async () => {
  http.list("1.0.0", "1.1.0");
  http.offer("1.0.0");
  http.offer("1.1.0");
  http.server.pages.delete("/aarch64/hello-1.1.0.tgz.sha256");
  expect(await planned(http.hello())).toBe("1.0.0");
  expect(http.log).toEqual([
    `skipping hello 1.1.0, which has no ${http.server.origin}/aarch64/hello-1.1.0.tgz.sha256 yet`,
  ]);
});

describe("a published version", () => {
  test("costs one conditional request", async () => {
    http.list("1.0.0");
    http.offer("1.0.0");
    const releases = [releaseOf(await http.watch())];
    const before = http.server.requests.length;
    expect(await http.watch(http.hello(), releases)).toEqual([]);
    expect(http.server.requests.slice(before)).toEqual([{ method: "GET", path: "/", status: 304 }]);
  });

  test("whose files were replaced is an error once they are looked at, until somebody accepts them", async () => {
    http.list("1.0.0");
    http.offer("1.0.0");
    const releases = [releaseOf(await http.watch())];
    http.offer("1.0.0", "something else");
    const changed = (keys?: object) => {
      const of = http.hello(keys);
      of.definition.static = !of.definition.static;
      return http.watch(of, releases);
    };
    const sha256 = hash("sha256", "something else for x86_64");
    await expect(changed()).rejects.toMatchObject({
      code: "upstream-moved",
      found: sha256,
      next: expect.stringContaining(`"upstreams.http.digests"`),
    });
    const accepted = ["x86_64", "aarch64"].map((arch) => [
      `${http.server.origin}/${arch}/hello-1.0.0.tgz`,
      hash("sha256", `something else for ${arch}`),
    ]);
    const orders = await changed({ digests: { "1.0.0": Object.fromEntries(accepted) } });
    expect(orders.map(({ version }) => version.revision)).toEqual([2, 2]);
  });
});

test("redirects are followed, and failures of a server repeated", async () => {
  http.list("1.0.0");
  http.offer("1.0.0");
  http.server.redirects.set("/elsewhere/", "/");
  http.server.fail("/", 503, 429);
  const html = { url: `${http.server.origin}/elsewhere/`, pattern: "hello-{version}.tgz" };
  expect(await planned(http.hello({ versions: { html } }))).toBe("1.0.0");
});

test("a hostile page takes no time", async () => {
  const content = "hello-".repeat(1_000_000);
  http.server.pages.set("/", { content: `${content}hello-1.0.0.tgz`, type: "text/html" });
  http.offer("1.0.0");
  const start = performance.now();
  expect(await planned(http.hello())).toBe("1.0.0");
  // A search that tries every start for every end would take hours.
  expect(performance.now() - start).toBeLessThan(30_000);
});
