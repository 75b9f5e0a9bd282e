import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BuildOrder, definitionSchema, type Extension } from "@sysext-kiln/extension";
import { openGitHubClient } from "@sysext-kiln/github-client";
import type { Release } from "@sysext-kiln/release-store";
import { helloData, startGitHub, withChecksums, type GitHub, type Repository } from "@sysext-kiln/testbed";
import { openSources, openUpstream, watchExtension } from "@sysext-kiln/version-watcher";
import { noArchive, noGo, releaseOf } from "./release.ts";

/** An extension `hello` whose upstream is a repository of the testbed's GitHub. */
export interface Watched extends AsyncDisposable {
  github: GitHub;
  upstream: Repository;
  extension: Extension;
  /** The lines of the log. */
  log: string[];
  /** The lines about what is being read. */
  progress: string[];
  /** What is published; `publish` adds to it. */
  releases: Release[];
  /** Publishes a release upstream, with an archive for each architecture and their checksums. */
  release(tag: string, change?: ReleaseChange): void;
  /** @param options.listed whether the watch lists what is published, or has to look it up by its tags */
  watch(options?: { version?: string; token?: string; listed?: boolean }): Promise<BuildOrder[]>;
  /** Publishes the orders as one release. */
  publish(orders: readonly BuildOrder[]): void;
}

export interface ReleaseChange {
  prerelease?: boolean;
  /** Assets that replace others; undefined removes one. */
  assets?: Record<string, string | Buffer | undefined>;
}

const kinds = {
  tags: { kind: "tags", repository: "acme/hello" },
  releases: {
    kind: "releases",
    repository: "acme/hello",
    asset: "hello-v{version}-linux-{arch}.tar.gz",
    arch: { "x86-64": "amd64", arm64: "aarch64" },
    take: { "hello-v{version}-linux-{arch}/hello": "usr/bin/hello" },
  },
};

/**
 * @param definition keys of the definition that differ from hello's
 * @param keys keys of its `upstreams.github` that differ from the usual ones
 */
export async function openWatched(
  kind: "tags" | "releases",
  definition: object = {},
  keys: object = {},
): Promise<Watched> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-watched-"));
  await mkdir(join(folder, "files"));
  await writeFile(join(folder, "files/greeting"), "hello\n");
  const github = await startGitHub();
  const upstream = github.repository("acme/hello");
  const log: string[] = [];
  const progress: string[] = [];
  const say = (line: string) => void progress.push(line);
  const releases: Release[] = [];
  const extension: Extension = {
    folder,
    definition: definitionSchema.parse({
      ...helloData(),
      upstreams: { github: { ...kinds[kind], ...keys } },
      ...definition,
    }),
  };

  return {
    github,
    upstream,
    extension,
    log,
    progress,
    releases,

    release(tag, { prerelease = false, assets: changed = {} } = {}) {
      const version = tag.replace(/^v/, "");
      const archives = ["amd64", "aarch64"].map((arch) => {
        const name = `hello-v${version}-linux-${arch}.tar.gz`;
        return [name, `the archive ${name}`] as const;
      });
      const all = { ...withChecksums(Object.fromEntries(archives)), ...changed };
      const assets = Object.entries(all).flatMap(([name, text]) =>
        text === undefined ? [] : [[name, text] as const],
      );
      upstream.release(tag, { prerelease, assets: Object.fromEntries(assets) });
    },

    watch({ version, token = github.environment.GITHUB_TOKEN, listed = true } = {}) {
      const { GITHUB_API_URL: apiUrl, GITHUB_SERVER_URL: serverUrl } = github.environment;
      const archive = noArchive((line) => log.push(line));
      const client = openGitHubClient({
        apiUrl,
        token,
        waitScale: 0.001,
        cacheFolder: join(folder, "answers"),
      });
      const access = { say, archive, github: () => ({ client, serverUrl, say }), go: noGo };
      const opened = openUpstream("github", extension, access);
      const sources = openSources(extension, access);
      return watchExtension(extension, {
        upstream: opened,
        sources,
        archive,
        releases: listed ? releases : [],
        tags: {
          tagsBeginningWith: (prefix) =>
            Promise.resolve(releases.map(({ tag }) => tag).filter((tag) => tag.startsWith(prefix))),
          find: (tag) => Promise.resolve(releases.find((release) => release.tag === tag)),
        },
        version,
        warn: archive.warn,
      });
    },

    publish(orders) {
      releases.push(releaseOf(orders, String(releases.length)));
    },

    async [Symbol.asyncDispose]() {
      await github[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}
