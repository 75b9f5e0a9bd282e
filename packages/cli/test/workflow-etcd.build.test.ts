import { cp, mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { architectures, spellings } from "@sysext-kiln/extension";
import { run, settings } from "@sysext-kiln/machine";
import { ensureTestPrograms, withChecksums } from "@sysext-kiln/testbed";
import type { WorkflowRun } from "@sysext-kiln/testbed/workflow";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  errorsOf,
  jobsOf,
  offeredBy,
  openHostedRepository,
  tagsOf,
  type HostedRepository,
} from "./hosted-repository.ts";
import { main, root } from "./paths.ts";

const etcd = join(root, "extensions/etcd");
const kiln = (...args: string[]) => run(process.execPath, [main, ...args], { cwd: folder });

let folder: string;
let hosted: HostedRepository;
let version: string;
let released: WorkflowRun;

beforeAll(async () => {
  await ensureTestPrograms("unsquashfs");
  folder = await mkdtemp(join(tmpdir(), "kiln-etcd-"));
  await cp(etcd, join(folder, "extensions/etcd"), { recursive: true });
  // The real programs, from Debian's archive.
  await kiln("build", "etcd", "--from", "debian", "--output", "built");
  const [image = ""] = await readdir(join(folder, "built"));
  version = /^etcd-(?<version>\d+\.\d+\.\d+)-/.exec(image)?.groups?.["version"] ?? "";

  const { cacheDirectory } = settings();
  hosted = await openHostedRepository({
    extensions: join(folder, "extensions"),
    vars: variablesOf("KILN_DEBIAN_"),
    // The cache keeps what was fetched and built for the next run of this test.
    machine: { KILN_CACHE_DIR: cacheDirectory },
  });
  hosted.github.repository("etcd-io/etcd").release(`v${version}`, { assets: await upstreamAssets() });
  await kiln("key", "new", "--output", "key.asc");
  hosted.release.secrets["KILN_SIGNING_KEY"] = await readFile(join(folder, "key.asc"), "utf8");
  released = await hosted.release.schedule();
});
afterAll(async () => {
  await hosted[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Repository variables with the mirrors that this process uses. */
function variablesOf(prefix: string): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name, value ?? ""]));
}

/** The assets of etcd's release, in the form that upstream gives them. */
async function upstreamAssets(): Promise<Record<string, string | Buffer>> {
  const assets: Record<string, Buffer> = {};
  for (const architecture of architectures) {
    const name = `etcd-v${version}-linux-${spellings[architecture].debian}`;
    const tree = join(folder, `tree-${architecture}`);
    const image = join(folder, "built", `etcd-${version}-${architecture}.raw`);
    await run("unsquashfs", ["-quiet", "-no-progress", "-dest", tree, image]);
    await mkdir(join(folder, "upstream"), { recursive: true });
    await cp(join(tree, "usr/local/bin"), join(folder, "upstream", name), { recursive: true });
    const file = join(folder, `${name}.tar.gz`);
    // The same bytes at every run of this test, so that the images are found in the cache.
    const same = ["--sort=name", "--mtime=@1", "--owner=0", "--group=0", "--numeric-owner", "--mode=0755"];
    const packed = [
      "--use-compress-program",
      "gzip -n -1",
      "-C",
      join(folder, "upstream"),
      "-cf",
      file,
      name,
    ];
    await run("tar", [...same, ...packed]);
    assets[`${name}.tar.gz`] = await readFile(file);
  }
  return withChecksums(assets);
}

test("the workflow builds etcd's release from GitHub for both architectures and publishes it", async () => {
  expect(errorsOf(released)).toEqual([]);
  expect(jobsOf(released)).toEqual([
    "watch",
    `etcd / build etcd-${version}-x86-64.raw`,
    `etcd / build etcd-${version}-arm64.raw`,
    "publish / publish",
    "report",
  ]);
  expect(tagsOf(hosted)).toEqual([`etcd-v${version}`, "updates-1"]);
  expect(await offeredBy(hosted)).toEqual([`etcd-${version}-arm64.raw`, `etcd-${version}-x86-64.raw`]);
  const record = hosted.repository.asset(`etcd-v${version}`, `etcd-${version}-arm64.build.json`);
  expect(JSON.parse(record.bytes.toString("utf8"))).toMatchObject({
    upstream: "github",
    inputs: [{ origin: { kind: "github", repository: "etcd-io/etcd", tag: `v${version}` } }],
  });
});

test("a plain client downloads it from GitHub's URLs, and checks what systemd would", async () => {
  const verified = await kiln("verify", hosted.url, "--key", "import-pubring.gpg");
  expect(verified).toMatch(/signed by [0-9A-F]{40}\.$/);
});

test("the next scheduled run finds nothing to do", async () => {
  expect(jobsOf(await hosted.release.schedule())).toEqual(["watch"]);
});
