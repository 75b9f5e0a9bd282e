import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@sysext-kiln/machine";
import { directoryStore, formatReleaseRecord, releaseRecordOf } from "@sysext-kiln/release-store";
import { startGitHub, type GitHub } from "@sysext-kiln/testbed";
import { planSchema } from "@sysext-kiln/extension";
import { defineExtension } from "./define.ts";
import { medianWall, type Row } from "./measure.ts";

const count = 200;

/** What a watch costs that finds nothing new, with many extensions and long lists of tags. */
export async function watchRows(main: string): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-bench-watch-"));
  const github = await startGitHub();
  try {
    const names = Array.from({ length: count }, (_, index) => `bench${index}`);
    for (const name of names) await define(github, folder, name);
    const env = { ...github.environment, KILN_CACHE_DIR: join(folder, "cache") };
    const plan = (...args: string[]) =>
      run(process.execPath, [main, "--extensions", join(folder, "extensions"), "plan", ...args], {
        cwd: folder,
        env,
      });
    await publishPlan(join(folder, "public"), await plan("--from", "github", "--json"), count);

    const before = github.requests.length;
    const seconds = await medianWall(3, () => plan("--from", "github"));
    const requests = github.requests.slice(before);
    const changed = requests.filter(({ status }) => status !== 304).length;
    return [
      { what: `seconds of a watch of ${count} extensions with nothing new`, ratio: seconds, limit: 2 },
      { what: "requests of it / extensions", ratio: requests.length / 3 / count, limit: 1 },
      { what: "answers that are not 304 / requests", ratio: changed / requests.length, limit: 0 },
    ];
  } finally {
    await github[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  }
}

/** Defines an extension whose upstream has 200 tags; every second extension takes files of releases. */
async function define(github: GitHub, folder: string, name: string): Promise<void> {
  const upstream = github.repository(`acme/${name}`);
  const commit = upstream.commit({ "main.c": `${name}\n` });
  for (let patch = 0; patch < 200; patch += 1) upstream.tag(`v1.0.${patch}`, { commit });
  const takesFiles = Number(name.replace(/\D/g, "")) % 2 === 0;
  const digest = "0".repeat(64);
  if (takesFiles) {
    upstream.release("v1.0.199", {
      assets: { "a-amd64.tar.gz": "a", SHA256SUMS: `${digest}  a-amd64.tar.gz\n` },
    });
    upstream.asset("v1.0.199", "a-amd64.tar.gz").digest = null;
  }
  const files = { asset: "a-{arch}.tar.gz", arch: { "x86-64": "amd64" }, take: { main: "usr/bin/main" } };
  const source = { kind: takesFiles ? "releases" : "tags", repository: `acme/${name}` };
  await defineExtension(folder, name, {
    architectures: ["x86-64"],
    upstreams: { github: takesFiles ? { ...source, ...files } : source },
  });
}

/** Publishes what a plan orders, but only what a watch reads of it. */
export async function publishPlan(to: string, json: string, expected: number): Promise<void> {
  const store = directoryStore(to);
  const { builds } = planSchema.parse(JSON.parse(json));
  if (builds.length !== expected) throw new Error(`the plan has ${builds.length} builds`);
  for (const order of builds) {
    const tag = `${order.extension}-v${order.version.upstream}`;
    const draft = await store.draft(tag, formatReleaseRecord(releaseRecordOf([order])));
    await store.publish(draft, { latest: false });
  }
}
