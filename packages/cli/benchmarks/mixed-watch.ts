import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { startGitHub, startWebServer, type GitHub, type WebServer } from "@sysext-kiln/testbed";
import { defineExtension } from "./define.ts";
import { medianWall, type Row } from "./measure.ts";
import { publishPlan } from "./watch.ts";

const count = 40;
const digest = "0".repeat(64);

/** What a watch costs that finds nothing new, with upstreams of several kinds and further sources. */
export async function mixedWatchRows(main: string): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-bench-mixed-"));
  const github = await startGitHub();
  const web = await startWebServer();
  try {
    const upstreams = { github: 0, web: 0 };
    for (let index = 0; index < count; index += 1) await define(index, github, web, folder, upstreams);
    const env = { ...github.environment, KILN_CACHE_DIR: join(folder, "cache") };
    const plan = (...args: string[]) =>
      run(process.execPath, [main, "--extensions", join(folder, "extensions"), "plan", ...args], {
        cwd: folder,
        env,
      });
    await publishPlan(join(folder, "public"), await plan("--json"), count);

    const before = { github: github.requests.length, web: web.requests.length };
    const seconds = await medianWall(3, () => plan());
    const requests = [...github.requests.slice(before.github), ...web.requests.slice(before.web)];
    const changed = requests.filter(({ status }) => status !== 304).length;
    return [
      { what: `seconds of a watch of ${count} mixed extensions with nothing new`, ratio: seconds, limit: 3 },
      {
        what: "requests of it / upstreams",
        ratio: requests.length / 3 / (upstreams.github + upstreams.web),
        limit: 1,
      },
      { what: "answers of it that are not 304 / requests", ratio: changed / requests.length, limit: 0 },
    ];
  } finally {
    await github[Symbol.asyncDispose]();
    await web[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}

/** Defines an extension of one of five forms, and counts its upstreams. */
async function define(
  index: number,
  github: GitHub,
  web: WebServer,
  folder: string,
  upstreams: { github: number; web: number },
): Promise<void> {
  const name = `mixed${index}`;
  const repository = `acme/${name}`;
  const form = index % 5;
  const source = { kind: "releases", repository, asset: "main", checksums: "definition", to: "usr/bin/main" };
  const digests = { "1.0.199": { main: digest } };
  const onGitHub = form !== 1 && form !== 2;
  upstreams[onGitHub ? "github" : "web"] += 1;
  if (onGitHub) release(github, repository);
  else publishList(web, name, form === 1);
  if (form === 3) {
    release(github, `acme/tool${index}`);
    upstreams.github += 1;
  }
  const tool = { github: { ...source, repository: `acme/tool${index}`, digests, to: "usr/bin/tool" } };
  const url = `${web.origin}/${name}/`;
  const files = {
    url: `${url}{version}`,
    checksums: "definition",
    digests: { "1.0.199": { "1.0.199": digest } },
  };
  const versions =
    form === 1 ? { html: { url, pattern: "main-{version}.tgz" } } : { json: { url: `${url}index.json` } };
  await defineExtension(folder, name, {
    architectures: ["x86-64"],
    upstreams: onGitHub
      ? { github: form === 4 ? { kind: "tags", repository } : { ...source, digests } }
      : { http: { versions, ...files, to: "usr/bin/main" } },
    ...(form === 3 && { sources: { tool: { version: "newest", ...tool } } }),
  });
}

/** Makes 200 tags, the last of which has a release. */
function release(github: GitHub, name: string): void {
  const repository = github.repository(name);
  const commit = repository.commit({ "main.c": `${name}\n` });
  for (let patch = 0; patch < 200; patch += 1) repository.tag(`v1.0.${patch}`, { commit });
  repository.release("v1.0.199", { assets: { main: "main" } });
  repository.asset("v1.0.199", "main").digest = null;
}

/** Lists 200 versions as a page or as a JSON document, and puts the file of the last on the server. */
function publishList(web: WebServer, name: string, isPage: boolean): void {
  const versions = Array.from({ length: 200 }, (_, patch) => `1.0.${patch}`);
  const content = isPage
    ? versions.map((version) => `main-${version}.tgz`).join("\n")
    : JSON.stringify(versions);
  web.pages.set(`/${name}/${isPage ? "" : "index.json"}`, { content, type: "text/html" });
  web.pages.set(`/${name}/1.0.199`, "main");
}
