import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { withChecksums, type GitHub } from "@sysext-kiln/testbed";
import { compileEtcd, newestSeries } from "./etcd-go.ts";
import { unpackEtcd } from "./etcd-members.ts";
import { extensions } from "./paths.ts";

const architecture = nativeArchitecture();

/** Two versions of etcd that a test's GitHub has, and definitions with which they are built from there. */
export interface BothSeries {
  /** Debian's newest 3.5. */
  older: string;
  /** Upstream's newest 3.6. */
  newer: string;
  /** The tree of the older one's image. */
  olderTree: string;
  /** The folder with the definitions of etcd, whose health is judged quickly, and of kiln-host. */
  definitions: string;
}

/** Offers etcd of two series at a GitHub, as upstream releases it. */
export async function offerBothSeries(folder: string, github: GitHub): Promise<BothSeries> {
  const olderTree = await unpackEtcd(folder, "--from", "debian");
  const older = await versionIn(olderTree);
  const newer = (await newestSeries(folder)).find((version) => version.startsWith("3.6.")) ?? "";
  const trees = { [older]: olderTree, [newer]: await compileEtcd(folder, newer) };
  const repository = github.repository("etcd-io/etcd");
  for (const [version, tree] of Object.entries(trees)) {
    const top = `etcd-v${version}-linux-${architecture === "arm64" ? "arm64" : "amd64"}`;
    repository.tag(`v${version}`, { annotated: true });
    const archive = await archiveOf(tree, top);
    repository.release(`v${version}`, { assets: withChecksums({ [`${top}.tar.gz`]: archive }) });
  }
  return { older, newer, olderTree, definitions: await writeDefinitions(folder) };
}

async function writeDefinitions(folder: string): Promise<string> {
  const definitions = join(folder, "extensions");
  await mkdir(definitions);
  for (const name of ["etcd", "kiln-host"])
    await cp(join(extensions, name), join(definitions, name), { recursive: true, verbatimSymlinks: true });
  const path = join(definitions, "etcd/extension.yaml");
  const text = (await readFile(path, "utf8"))
    .replace("asset:", `architectures: [${architecture}]\nasset:`)
    .replace("healthySeconds: 120", "healthySeconds: 30\n  steadySeconds: 2");
  await writeFile(path, text);
  return definitions;
}

async function versionIn(tree: string): Promise<string> {
  return /etcd Version: (\S+)/.exec(await run(join(tree, "usr/local/bin/etcd"), ["--version"]))?.[1] ?? "";
}

/**
 * An archive with the programs of a tree, as upstream packs its releases. It is the same each time, so that
 * the images that are built from it stay in kiln's cache.
 */
async function archiveOf(tree: string, top: string): Promise<Buffer> {
  const file = `${tree}.tar.gz`;
  const same = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
  const renamed = `--transform=s,^usr/local/bin,${top},`;
  const programs = ["etcd", "etcdctl", "etcdutl"].map((name) => `usr/local/bin/${name}`);
  const words = ["--create", "--use-compress-program=gzip -1 --no-name", ...same, renamed, "--file", file];
  await run("tar", [...words, "--directory", tree, ...programs]);
  return await readFile(file);
}

/** The path of the only image in a folder. */
export async function imageIn(folder: string): Promise<string> {
  return join(folder, (await readdir(folder)).find((name) => name.endsWith(".raw")) ?? "");
}
