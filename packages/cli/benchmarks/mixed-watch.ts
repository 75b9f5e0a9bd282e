import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import {
  startArchive,
  startGitHub,
  startGoProxy,
  startWebServer,
  tinyProgram,
  type GitHub,
  type GoProxy,
  type TestArchive,
  type WebServer,
} from "@sysext-kiln/testbed";
import { defineExtension } from "./define.ts";
import { medianWall, type Row } from "./measure.ts";
import { publishPlan } from "./watch.ts";

const count = 40;
const digest = "0".repeat(64);

interface Servers {
  github: GitHub;
  web: WebServer;
  archive: TestArchive;
  proxy: GoProxy;
}

/** What a definition of one form says besides its name. The value says how many upstreams of its own it has. */
type Form = (name: string, servers: Servers) => Promise<{ keys: object; upstreams: number }>;

/** Every kind of upstream, as it is used most; those of github and http in several forms. */
const forms: Readonly<Record<string, Form>> = {
  "assets of releases on GitHub": async (name, { github }) => {
    offerRelease(github, `acme/${name}`);
    return { keys: { upstreams: { github: asset(`acme/${name}`, "main") } }, upstreams: 1 };
  },
  "tags on GitHub": async (name, { github }) => {
    offerRelease(github, `acme/${name}`);
    return { keys: { upstreams: { github: { kind: "tags", repository: `acme/${name}` } } }, upstreams: 1 };
  },
  "two sources": async (name, { github }) => {
    for (const repository of [`acme/${name}`, `acme/${name}-tool`]) offerRelease(github, repository);
    const sources = { tool: { version: "newest", github: asset(`acme/${name}-tool`, "tool") } };
    return { keys: { upstreams: { github: asset(`acme/${name}`, "main") }, sources }, upstreams: 2 };
  },
  "a page with versions": async (name, { web }) => {
    const url = offerList(web, name, true);
    const versions = { html: { url, pattern: "main-{version}.tgz" } };
    return { keys: { upstreams: { http: { versions, ...filesAt(url) } } }, upstreams: 1 };
  },
  "a JSON document with versions": async (name, { web }) => {
    const url = offerList(web, name, false);
    const versions = { json: { url: `${url}index.json` } };
    return { keys: { upstreams: { http: { versions, ...filesAt(url) } } }, upstreams: 1 };
  },
  // The index of Debian's suite is one upstream, however many packages are taken from it.
  "a package of Debian": async (name, { archive }) => {
    const files = { "usr/bin/main": tinyProgram("x86-64", name) };
    await archive.add({ name, version: "1.0.199-1", architecture: "amd64", files });
    const packages = { [name]: { "usr/bin/main": "usr/bin/main" } };
    return { keys: { upstreams: { debian: { suites: ["trixie"], packages } } }, upstreams: 0 };
  },
  "a Go module": async (name, { proxy }) => {
    const module = `example.com/${name}`;
    const files = { "go.mod": `module ${module}\n\ngo 1.26\n`, "main.go": "package main\nfunc main() {}\n" };
    for (let patch = 190; patch < 200; patch += 1) proxy.publish(module, `v1.0.${patch}`, files);
    const go = { module, programs: { "usr/bin/main": "." } };
    return { keys: { upstreams: { go }, static: true }, upstreams: 1 };
  },
};

/** What a watch costs that finds nothing new, with upstreams of every kind and further sources. */
export async function mixedWatchRows(main: string): Promise<Row[]> {
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kiln-bench-mixed-"));
  stack.defer(() => rm(folder, { recursive: true }));
  const servers: Servers = {
    github: stack.use(await startGitHub()),
    web: stack.use(await startWebServer()),
    archive: stack.use(await startArchive()),
    proxy: stack.use(await startGoProxy()),
  };
  const { github, web, archive, proxy } = servers;
  for (const version of ["go1.26.4", "go1.27.1"]) proxy.addToolchain(version);
  // The index of Debian's suite, and the list of Go's toolchains.
  let upstreams = 2;
  const all = Object.values(forms);
  for (let index = 0; index < count; index += 1) {
    const name = `mixed${index}x`;
    const defined = await all[index % all.length]?.(name, servers);
    upstreams += defined?.upstreams ?? 0;
    await defineExtension(folder, name, { architectures: ["x86-64"], ...defined?.keys });
  }
  await archive.publish("trixie");

  const env = {
    ...{ ...github.environment, ...archive.environment, ...proxy.environment },
    KILN_CACHE_DIR: join(folder, "cache"),
  };
  const plan = (...args: string[]) =>
    run(process.execPath, [main, "--extensions", join(folder, "extensions"), "plan", ...args], {
      cwd: folder,
      env,
    });
  await publishPlan(join(folder, "public"), await plan("--json"), count);

  const before = [github, web, archive, proxy].map(({ requests }) => requests.length);
  const runs = 3;
  const seconds = await medianWall(runs, () => plan());
  const requests = [github, web, archive, proxy].flatMap((server, index) =>
    server.requests.slice(before[index]).map(({ status }) => status),
  );
  const changed = requests.filter((status) => status !== 304).length;
  return [
    { what: `seconds of a watch of ${count} mixed extensions with nothing new`, ratio: seconds, limit: 3 },
    { what: "requests of it / upstreams", ratio: requests.length / runs / upstreams, limit: 1 },
    { what: "answers of it that are not 304 / requests", ratio: changed / requests.length, limit: 0 },
  ];
}

/** A program of a release, whose digest is in the definition. */
function asset(repository: string, program: string): object {
  const digests = { "1.0.199": { main: digest } };
  const to = `usr/bin/${program}`;
  return { kind: "releases", repository, asset: "main", checksums: "definition", digests, to };
}

/** A program on a web server, whose digest is in the definition. */
function filesAt(url: string): object {
  const digests = { "1.0.199": { "1.0.199": digest } };
  return { url: `${url}{version}`, checksums: "definition", digests, to: "usr/bin/main" };
}

/** Makes 200 tags, the last of which has a release. */
function offerRelease(github: GitHub, name: string): void {
  const repository = github.repository(name);
  const commit = repository.commit({ "main.c": `${name}\n` });
  for (let patch = 0; patch < 200; patch += 1) repository.tag(`v1.0.${patch}`, { commit });
  repository.release("v1.0.199", { assets: { main: "main" } });
  repository.asset("v1.0.199", "main").digest = null;
}

/** Lists 200 versions as a page or as a JSON document, and puts the file of the last on the server. */
function offerList(web: WebServer, name: string, isPage: boolean): string {
  const versions = Array.from({ length: 200 }, (_, patch) => `1.0.${patch}`);
  const content = isPage
    ? versions.map((version) => `main-${version}.tgz`).join("\n")
    : JSON.stringify(versions);
  web.pages.set(`/${name}/${isPage ? "" : "index.json"}`, { content, type: "text/html" });
  web.pages.set(`/${name}/1.0.199`, "main");
  return `${web.origin}/${name}/`;
}
