import { hash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOrder, definitionSchema, type Extension } from "@sysext-kiln/extension";
import { openGitHubClient } from "@sysext-kiln/github-client";
import type { Release } from "@sysext-kiln/release-store";
import { helloData, startWebServer, type GitHub, type WebServer } from "@sysext-kiln/testbed";
import { openUpstream, watchExtension } from "@sysext-kiln/version-watcher";
import { afterAll } from "vitest";
import { noArchive, noGo } from "./release.ts";

const folder = await mkdtemp(join(tmpdir(), "kiln-http-"));
process.env["KILN_CACHE_DIR"] = join(folder, "cache");
afterAll(() => rm(folder, { recursive: true }));

/** An extension `hello` whose upstream is a web server of the testbed. */
export interface HttpHello extends AsyncDisposable {
  server: WebServer;
  /** The lines of the log. */
  log: string[];
  /** The lines about what is being read. */
  progress: string[];
  /** hello, with these keys of `upstreams.http` instead of the usual ones. */
  hello(keys?: object): Extension;
  /** Puts the files of a version on the server, with their digests beside them. */
  offer(version: string, content?: string): void;
  /** Puts a page on the server that lists versions. */
  list(...versions: readonly string[]): void;
  watch(of?: Extension, releases?: readonly Release[], version?: string): Promise<BuildOrder[]>;
}

/** @param github answers for the repositories of a GitHub, if the definition names one */
export async function openHttpHello(github: () => GitHub | undefined = () => undefined): Promise<HttpHello> {
  const server = await startWebServer();
  const log: string[] = [];
  const progress: string[] = [];
  const say = (line: string) => void progress.push(line);

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

  return {
    server,
    log,
    progress,
    hello,

    offer(version, content = version) {
      for (const arch of ["x86_64", "aarch64"]) {
        const path = `/${arch}/hello-${encodeURIComponent(version)}.tgz`;
        server.pages.set(path, `${content} for ${arch}`);
        server.pages.set(`${path}.sha256`, hash("sha256", `${content} for ${arch}`));
      }
    },

    list(...versions) {
      const links = versions.map((version) => `<a href="hello-${version}.tgz">hello-${version}.tgz</a>`);
      server.pages.set("/", { content: links.join("\n"), type: "text/html" });
    },

    watch(of = hello(), releases = [], version) {
      const archive = noArchive((line) => log.push(line));
      const access = { say, archive, go: noGo, github: () => ({ ...clientOf(github()), say }) };
      return watchExtension(of, { upstream: openUpstream("http", of, access), archive, releases, version });
    },

    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

function clientOf(opened: GitHub | undefined) {
  if (!opened) throw new Error("GitHub was asked");
  const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl, GITHUB_TOKEN: token } = opened.environment;
  return { client: openGitHubClient({ apiUrl, token, waitScale: 0 }), serverUrl };
}
