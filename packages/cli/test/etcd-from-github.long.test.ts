import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Architecture } from "@sysext-kiln/extension";
import { cachedDownload, run, tryRun, type Outcome } from "@sysext-kiln/machine";
import {
  ensureTestPrograms,
  type GitHub,
  startGitHub,
  tarArchive,
  withChecksums,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newestInDebian } from "./debian-source.ts";
import { main } from "./paths.ts";

let folder: string;
let github: GitHub;
let version: string;
let first: Outcome;

function kiln(...args: string[]): Promise<Outcome> {
  return tryRun(process.execPath, [main, ...args], { cwd: folder, env: github.environment });
}

/** Debian's etcd, packed as upstream packs its releases. */
async function upstreamArchive(inputs: readonly { path: string }[], top: string): Promise<Buffer> {
  const unpacked = await mkdtemp(join(folder, "unpacked-"));
  for (const { path } of inputs) await run("dpkg-deb", ["--extract", path, unpacked]);
  const programs = await Promise.all(
    ["etcd", "etcdctl", "etcdutl"].map(async (name) => {
      return [`${top}/${name}`, await readFile(join(unpacked, "usr/bin", name))] as const;
    }),
  );
  return tarArchive({ ...Object.fromEntries(programs), [`${top}/README.md`]: "# etcd\n" });
}

/** Publishes Debian's newest etcd on the testbed's GitHub, as upstream would; returns its version. */
async function releaseUpstream(): Promise<string> {
  const { definition, upstream, version: newest } = await newestInDebian("etcd");
  const archives = await Promise.all(
    definition.architectures.map(async (architecture: Architecture) => {
      const inputs = await upstream.inputs(newest, architecture);
      const files = inputs.flatMap((input) => ("sha256" in input ? [input] : []));
      const paths = await Promise.all(files.map(async (file) => ({ path: await cachedDownload(file) })));
      const top = `etcd-v${newest}-linux-${architecture === "arm64" ? "arm64" : "amd64"}`;
      return [`${top}.tar.gz`, await upstreamArchive(paths, top)] as const;
    }),
  );
  const repository = github.repository("etcd-io/etcd");
  repository.tag(`v${newest}`, { annotated: true });
  repository.release(`v${newest}`, { assets: withChecksums(Object.fromEntries(archives)) });
  return newest;
}

beforeAll(async () => {
  await ensureTestPrograms("dpkg-deb");
  folder = await mkdtemp(join(tmpdir(), "kiln-etcd-"));
  github = await startGitHub();
  version = await releaseUpstream();
  first = await kiln("release", "etcd", "--from", "github", "--to", "public");
});
afterAll(async () => {
  await github[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

test("etcd is built from upstream's release, runs, and is published", async () => {
  expect(first.stderr).toBe("");
  expect(first.status).toBe(0);
  expect((await kiln("verify", "public")).status).toBe(0);
  const release = join(folder, `public/releases/download/etcd-v${version}`);
  expect(await readdir(release)).toEqual(
    expect.arrayContaining([`etcd-${version}-x86-64.raw`, `etcd-${version}-arm64.raw`, "SHA256SUMS"]),
  );
  const image = join(release, `etcd-${version}-arm64.raw`);
  const listing = (await run("unsquashfs", ["-ls", "-dest", "", image])).split("\n");
  expect(listing).toEqual(
    expect.arrayContaining([
      "/usr/local/bin/etcd",
      "/usr/local/bin/etcdctl",
      "/usr/local/bin/etcdutl",
      "/usr/share/licenses/etcd/LICENSE",
    ]),
  );
});

test("its build record names the release and its commit", async () => {
  const name = `etcd-v${version}/etcd-${version}-x86-64.build.json`;
  const record: unknown = JSON.parse(await readFile(join(folder, "public/releases/download", name), "utf8"));
  const commit = github.repository("etcd-io/etcd").state.tags.get(`v${version}`)?.commit;
  expect(record).toMatchObject({
    upstream: "github",
    inputs: [
      {
        name: "etcd.tar.gz",
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        origin: { kind: "github", repository: "etcd-io/etcd", tag: `v${version}`, commit },
      },
    ],
  });
});

test("the next run takes one request, answered with 304, and changes nothing", async () => {
  const { length } = github.requests;
  const outcome = await kiln("release", "etcd", "--from", "github", "--to", "public");
  expect(outcome.stdout).toMatch(/Nothing to do: public is up to date\.$/);
  expect(github.requests.slice(length).map(({ status }) => status)).toEqual([304]);
});

test("another upstream does not change it", async () => {
  const outcome = await kiln("release", "etcd", "--from", "debian", "--version", version, "--to", "public");
  expect(outcome.stdout).toMatch(/Nothing to do: public is up to date\.$/);
});
