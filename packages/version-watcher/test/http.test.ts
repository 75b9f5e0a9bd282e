import { hash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOrder, definitionSchema, type Extension } from "@sysext-kiln/extension";
import { openGitHubClient } from "@sysext-kiln/github-client";
import { formatReleaseRecord, type Release, releaseRecordOf } from "@sysext-kiln/release-store";
import { helloData, startGitHub, startWebServer, type GitHub, type WebServer } from "@sysext-kiln/testbed";
import { openUpstream, watchExtension, type DebianArchive } from "@sysext-kiln/version-watcher";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";

const folder = await mkdtemp(join(tmpdir(), "kiln-http-"));
process.env["KILN_CACHE_DIR"] = join(folder, "cache");
afterAll(() => rm(folder, { recursive: true }));

let server: WebServer;
let log: string[];
beforeEach(async () => {
  server = await startWebServer();
  log = [];
});
afterEach(() => server[Symbol.asyncDispose]());

const archive: DebianArchive = {
  say: (line) => log.push(line),
  sources: () => Promise.reject(new Error("Debian's archive was asked")),
  binaries: () => Promise.reject(new Error("Debian's archive was asked")),
};

/** hello with these keys of `upstreams.http`, from the versions 1.0.0 and 1.1.0. */
function hello(keys: object = {}): Extension {
  const http = {
    versions: { html: { url: `${server.origin}/`, pattern: "hello-{version}.tgz" } },
    url: `${server.origin}/{arch}/hello-{version}.tgz`,
    arch: { "x86-64": "x86_64", arm64: "aarch64" },
    checksums: "{file}.sha256",
    take: { hello: "usr/bin/hello" },
    ...keys,
  };
  return { folder, definition: definitionSchema.parse({ ...helloData(), upstreams: { http } }) };
}

/** Puts the files of a version on the server, with their digests beside them. */
function offer(version: string, content = version): void {
  for (const arch of ["x86_64", "aarch64"]) {
    const path = `/${arch}/hello-${encodeURIComponent(version)}.tgz`;
    server.pages.set(path, `${content} for ${arch}`);
    server.pages.set(`${path}.sha256`, hash("sha256", `${content} for ${arch}`));
  }
}

function list(...versions: readonly string[]): void {
  const content = versions.map((version) => `<a href="hello-${version}.tgz">hello-${version}.tgz</a>`);
  server.pages.set("/", { content: content.join("\n"), type: "text/html" });
}

let github: GitHub | undefined;
afterEach(async () => {
  await github?.[Symbol.asyncDispose]();
  github = undefined;
});

function watch(of = hello(), releases: readonly Release[] = [], version?: string): Promise<BuildOrder[]> {
  const access = {
    archive,
    go() {
      throw new Error("a Go module proxy was asked");
    },
    github() {
      if (!github) throw new Error("GitHub was asked");
      const {
        GITHUB_API_URL: apiUrl,
        GITHUB_SERVER_URL: serverUrl,
        GITHUB_TOKEN: token,
      } = github.environment;
      return { client: openGitHubClient({ apiUrl, token, waitScale: 0 }), serverUrl };
    },
  };
  return watchExtension(of, { upstream: openUpstream("http", of, access), archive, releases, version });
}

/** The release of orders. */
function release(orders: readonly BuildOrder[]): Release {
  return {
    ...{ id: "1", tag: `hello-v${orders[0]?.version.upstream}`, draft: false, begunAt: undefined },
    ...{ notes: formatReleaseRecord(releaseRecordOf(orders)), latest: false, assets: [] },
  };
}

const planned = async (of: Extension) => (await watch(of))[0]?.version.upstream;

test("the newest version in an HTML page is ordered, with its digest, its size and where both are from", async () => {
  list("1.0.0", "1.1.0", "rootless-extras-9.0.0");
  offer("1.1.0");
  const url = `${server.origin}/x86_64/hello-1.1.0.tgz`;
  expect(await watch()).toMatchObject([
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

/** An entry of a list such as HashiCorp's. */
function entry(version: string, is_prerelease: boolean, license: string, at: string): object {
  return { version, is_prerelease, license: { class: license }, at };
}

describe("versions come from", () => {
  const fixed = { checksums: "{file}.sha256" };
  beforeEach(() => {
    for (const version of ["1.0.0", "1.1.0", "1.2.0", "1.2.0+ent", "2.17"]) offer(version);
  });

  test("a JSON array of objects, with the ones that a filter leaves, over several pages", async () => {
    const pages = [
      [entry("1.2.0+ent", false, "enterprise", "t3"), entry("1.2.0", true, "oss", "t2")],
      [entry("1.1.0", false, "oss", "t1"), entry("1.0.0", false, "oss", "t0")],
      [],
    ];
    ["/releases?limit=2", "/releases?limit=2&after=t2", "/releases?limit=2&after=t0"].forEach((path, index) =>
      server.pages.set(path, JSON.stringify(pages[index])),
    );
    const json = {
      url: `${server.origin}/releases?limit=2`,
      version: "version",
      where: { is_prerelease: false, "license.class": "oss" },
      next: { parameter: "after", from: "at" },
    };
    expect(await planned(hello({ ...fixed, versions: { json } }))).toBe("1.1.0");
    expect(server.requests.filter(({ path }) => path.startsWith("/releases"))).toHaveLength(3);
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
    server.pages.set("/index.json", JSON.stringify(document));
    const json = { url: `${server.origin}/index.json`, ...keys };
    expect(await planned(hello({ ...fixed, versions: { json } }))).toBe(version);
  });

  test("GitLab's tags, over several pages", async () => {
    const tags = "/api/v4/projects/group%2Fhello/repository/tags?per_page=100&page=";
    server.pages.set(`${tags}1`, {
      content: JSON.stringify([{ name: "2.9-pre1" }, { name: "1.0.0" }]),
      headers: { "x-next-page": "2" },
    });
    server.pages.set(`${tags}2`, { content: '[{"name":"2.17"}]', headers: { "x-next-page": "" } });
    const gitlab = { url: `${server.origin}/`, project: "group/hello" };
    expect(await planned(hello({ ...fixed, versions: { gitlab } }))).toBe("2.17");
  });

  test("another repository's tags on GitHub", async () => {
    github = await startGitHub();
    const upstream = github.repository("acme/hello");
    for (const tag of ["v1.0.0", "v1.2.0", "api/v1.3.0"]) upstream.tag(tag);
    const versions = { github: { repository: "acme/hello", tags: "v{version}" } };
    expect(await planned(hello({ ...fixed, versions }))).toBe("1.2.0");
  });
});

test("a version with build metadata is encoded in URLs", async () => {
  list("1.0.0%2Bk3s1");
  offer("1.0.0+k3s1");
  const [order] = await watch();
  expect(order?.inputs).toMatchObject([{ url: `${server.origin}/x86_64/hello-1.0.0%2Bk3s1.tgz` }]);
});

test("the previous version is taken while a file of the newest is missing", async () => {
  list("1.0.0", "1.1.0");
  offer("1.0.0");
  offer("1.1.0");
  server.pages.delete("/aarch64/hello-1.1.0.tgz.sha256");
  expect(await planned(hello())).toBe("1.0.0");
  expect(log).toEqual([
    `skipping hello 1.1.0, which has no ${server.origin}/aarch64/hello-1.1.0.tgz.sha256 yet`,
  ]);
});

describe("a published version", () => {
  test("costs one conditional request", async () => {
    list("1.0.0");
    offer("1.0.0");
    const releases = [release(await watch())];
    const before = server.requests.length;
    expect(await watch(hello(), releases)).toEqual([]);
    expect(server.requests.slice(before)).toEqual([{ method: "GET", path: "/", status: 304 }]);
  });

  test("whose files were replaced is an error once they are looked at, until somebody accepts them", async () => {
    list("1.0.0");
    offer("1.0.0");
    const releases = [release(await watch())];
    offer("1.0.0", "something else");
    const changed = (keys?: object) => {
      const of = hello(keys);
      of.definition.static = !of.definition.static;
      return watch(of, releases);
    };
    const sha256 = hash("sha256", "something else for x86_64");
    await expect(changed()).rejects.toMatchObject({
      code: "upstream-moved",
      found: sha256,
      next: expect.stringContaining(`"upstreams.http.digests"`),
    });
    const accepted = ["x86_64", "aarch64"].map((arch) => [
      `${server.origin}/${arch}/hello-1.0.0.tgz`,
      hash("sha256", `something else for ${arch}`),
    ]);
    const orders = await changed({ digests: { "1.0.0": Object.fromEntries(accepted) } });
    expect(orders.map(({ version }) => version.revision)).toEqual([2, 2]);
  });
});

test("redirects are followed, and failures of a server repeated", async () => {
  list("1.0.0");
  offer("1.0.0");
  server.redirects.set("/elsewhere/", "/");
  server.fail("/", 503, 429);
  const html = { url: `${server.origin}/elsewhere/`, pattern: "hello-{version}.tgz" };
  expect(await planned(hello({ versions: { html } }))).toBe("1.0.0");
});

describe("the watch fails with a clear error for", () => {
  test("an HTML page in place of a file", async () => {
    list("1.0.0");
    offer("1.0.0");
    const path = "/x86_64/hello-1.0.0.tgz";
    server.pages.set(path, { content: "<!doctype html>", type: "text/html; charset=utf-8" });
    await expect(watch()).rejects.toMatchObject({
      code: "download-missing",
      expected: `${server.origin}${path} to be a file`,
      found: expect.stringMatching(/^an HTML page/),
    });
  });

  test("an HTML page in place of a list of checksums", async () => {
    list("1.0.0");
    offer("1.0.0");
    server.pages.set("/x86_64/hello-1.0.0.tgz.sha256", "<html><body>Not found</body></html>");
    await expect(watch()).rejects.toMatchObject({ code: "manifest-invalid", found: "an HTML page" });
  });

  test.each<[string, string | undefined, object]>([
    ["a missing list of versions", undefined, { code: "download-missing", found: "no such document" }],
    [
      "an HTML page in place of a JSON document",
      "<html>",
      { code: "document-invalid", found: "an HTML page" },
    ],
    [
      "a JSON document without the list",
      '{"other": 1}',
      {
        code: "document-invalid",
        expected: expect.stringMatching(/to have a list at releases$/),
        found: "nothing",
      },
    ],
    ["a document without any version", '{"releases": ["latest"]}', { code: "unknown-version" }],
  ])("%s", async (_, content, error) => {
    if (content !== undefined) server.pages.set("/index.json", content);
    const json = { url: `${server.origin}/index.json`, items: "releases" };
    await expect(watch(hello({ versions: { json } }))).rejects.toMatchObject(error);
  });
});

test("a hostile page takes no time", async () => {
  const content = "hello-".repeat(1_000_000);
  server.pages.set("/", { content: `${content}hello-1.0.0.tgz`, type: "text/html" });
  offer("1.0.0");
  const start = performance.now();
  expect(await planned(hello())).toBe("1.0.0");
  expect(performance.now() - start).toBeLessThan(3000);
});
