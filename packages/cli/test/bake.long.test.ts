import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { run, tryRun } from "@sysext-kiln/machine";
import {
  describeOnHosts,
  ensureTestPrograms,
  flatcarLayout,
  makeDiskImage,
  rootPartition,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ours, useHostImages } from "./host-images.ts";
import {
  configure,
  giveInterface,
  isActive,
  linkedImage,
  property,
  serving,
  succeed,
} from "./host-services.ts";
import { disableTimer, updateCommand } from "./kiln-host.ts";
import { publishRevision } from "./published-images.ts";
import { serveDirectory } from "./serve.ts";
import { baseTree, bootHost, type Host, type HostSuite, openNetwork } from "@sysext-kiln/booted-host";
import { main } from "./paths.ts";

const { offset, size } = rootPartition(flatcarLayout);

const images = useHostImages();
const resources = new AsyncDisposableStack();
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-bake-"));
  resources.defer(() => rm(folder, { recursive: true }));
});
afterAll(() => resources.disposeAsync());

/** A disk with Flatcar's partitions in full size, whose root file system is a whole Debian. */
async function makeDisk(suite: HostSuite): Promise<string> {
  const path = join(folder, `${suite}.raw`);
  await makeDiskImage(path, { tree: await baseTree(suite, () => undefined) });
  return path;
}

/** Runs `kiln bake`, which must succeed; returns the path of its output. */
async function bake(input: string, output: string, ...args: string[]): Promise<string> {
  const words = [main, "bake", input, "--output", output, ...args];
  const { stderr, status } = await tryRun(process.execPath, words);
  expect({ status, stderr: stderr.replace(/^warning: .* is not signed, .*$/, "") }).toEqual({
    status: 0,
    stderr: "",
  });
  return output;
}

/** Our images as arguments that name files. */
function asFiles(): string[] {
  return ours.map((name) => `${name}=${images.path(name)}`);
}

async function configureAll(root: string): Promise<void> {
  await disableTimer(root);
  for (const name of ours) await configure(root, name);
}

describeOnHosts("a baked root file system", (suite) => {
  const inside = new AsyncDisposableStack();
  const published = () => join(folder, suite);
  let host: Host;
  beforeAll(async () => {
    await mkdir(published());
    await publishRevision(images, 1, published());
    const to = join(published(), "public");
    const { baseUrl, ports } = inside.use(await serveDirectory(to));
    const updates = [...ours, "--with-updates", "--base-url", baseUrl, "--to", to];
    const disk = await bake(await makeDisk(suite), join(folder, `${suite}-baked.raw`), ...updates);
    const network = inside.use(await openNetwork());
    for (const port of ports) await network.expose(port);
    await giveInterface({ network });
    host = inside.use(await bootHost({ suite, base: { disk, offset }, network, prepare: configureAll }));
  });
  afterAll(() => inside.disposeAsync());

  test("boots with both services running from their images", async () => {
    for (const name of ours) {
      expect(await serving(host, name)).toEqual(images.healthy(name));
      expect(await linkedImage(host, name)).toBe(basename(images.path(name)));
    }
    for (const unit of ["kiln-host.timer", "kiln-host-recovery.timer", "kiln-host-boot.service"])
      expect(await succeed(host, "systemctl", "is-enabled", unit)).toBe("enabled");
    expect(await isActive(host, "kiln-host.timer")).toBe(true);
    expect(await property(host, "kiln-host-boot.service", "Result")).toBe("success");
  });

  test("updates from the published releases with the units that were baked in", async () => {
    await host.write("/etc/profile.d/etcdctl.sh", "export ETCDCTL_ENDPOINTS=http://127.0.0.1:2379\n");
    await publishRevision(images, 2, published());
    await succeed(host, ...updateCommand());
    for (const name of ours) {
      expect(await linkedImage(host, name)).toMatch(/-2-(x86-64|arm64)\.raw$/);
      expect(await host.journal("kiln-host.service")).toMatch(
        new RegExp(`${name}: ${name}-.*-2-(x86-64|arm64)\\.raw is healthy`),
      );
      expect(await serving(host, name)).toEqual(images.healthy(name));
    }
  });
});

describeOnHosts.once("a disk with Flatcar's partitions", (suite) => {
  let disk: string;
  let baked: string;
  beforeAll(async () => {
    disk = await makeDisk(suite);
    baked = await bake(disk, join(folder, "baked.raw"), ...asFiles());
  });

  test("is clean after baking, and all its other files are unchanged", async () => {
    const { e2fsck } = await ensureTestPrograms("e2fsck");
    expect(await tryRun(e2fsck, ["-fn", `${baked}?offset=${offset}`])).toMatchObject({ status: 0 });
    const [before, after] = [await filesOf(disk), new Set(await filesOf(baked))];
    expect(before.length).toBeGreaterThan(5000);
    expect(before.filter((line) => !after.has(line))).toEqual([]);
    expect(after.size).toBe(before.length + 2 * ours.length + ours.length);
  });

  test.each([
    ["qcow2", 'qemu-img convert -f qcow2 -O raw "$1" "$2"'],
    ["vmdk", 'qemu-img convert -f vmdk -O raw "$1" "$2"'],
    ["vhd", 'cp --sparse=always "$1" "$2"'],
    ["gcp", 'tar --extract --file="$1" --transform="s,.*,$2," --absolute-names disk.raw'],
  ])("contains the same root file system when it is written as %s", async (format, toRaw) => {
    const output = await bake(disk, join(folder, `baked.${format}`), ...asFiles(), "--format", format);
    const raw = `${output}.as-raw`;
    await run("sh", ["-euc", toRaw, "sh", output, raw]);
    const range = [`--ignore-initial=${offset}`, `--bytes=${size}`];
    expect(await tryRun("cmp", [...range, raw, baked])).toMatchObject({ stdout: "", stderr: "", status: 0 });
    await Promise.all([rm(output), rm(raw)]);
  });
});

/**
 * A line for each file and link of a disk's root file system: path, mode, owner, time, target; and one for
 * its bytes.
 */
async function filesOf(disk: string): Promise<string[]> {
  const mounted = join(folder, "mounted");
  await mkdir(mounted, { recursive: true });
  const script = `
    mount -o ro,loop,offset=${offset} "$1" "$2" && cd "$2"
    find . ! -type d -printf '%p %m %U:%G %T@ %l\\n'
    find . -type f -print0 | xargs -0 sha256sum`;
  const unshare = ["--mount", "--propagation", "private", "sh", "-euc", script, "sh", disk, mounted];
  return (await run("unshare", unshare)).split("\n");
}
