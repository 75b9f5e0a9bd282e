import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ours, type Ours } from "./host-images.ts";
import { configurations, giveInterface, linkedImage, serving, succeed, users } from "./host-services.ts";
import { disableTimer, updateCommand } from "./kiln-host.ts";
import { bootProvisionedHost } from "./provisioned-host.ts";
import { startReleaseServer, type ReleaseServer } from "./release-server.ts";
import { main, root } from "./paths.ts";

const architecture = nativeArchitecture();

let folder: string;
/** The newest versions that were published. */
let versions: Record<Ours, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-first-boot-"));
  await kiln("key", "new", "--output", join(folder, "key.asc"));
  await kiln("--extensions", await stableExtensions(), "release", "etcd", "--to", join(folder, "public"));
  await kiln("release", "keepalived", "--to", join(folder, "public"));
  await kiln("release", "etcd", "--to", join(folder, "public"));
  const names = await readdir(join(folder, "public/releases/download"));
  const newest = (name: Ours) =>
    names
      .flatMap((tag) => new RegExp(`^${name}-v(3\\.5\\.\\d+|2\\.\\d+\\.\\d+)$`).exec(tag)?.[1] ?? [])
      .toSorted((left, right) => left.localeCompare(right, "en", { numeric: true }))
      .at(-1) ?? "";
  versions = { etcd: newest("etcd"), keepalived: newest("keepalived") };
});

afterAll(() => rm(folder, { recursive: true }));

function kiln(...args: string[]): Promise<string> {
  const env = { KILN_SIGNING_KEY_FILE: join(folder, "key.asc") };
  return run(process.execPath, [main, ...args], args.includes("release") ? { env } : {});
}

/** A copy of the definitions with which the policy selects etcd 3.5.16, the version in Debian's stable release. */
async function stableExtensions(): Promise<string> {
  const copy = join(folder, "stable/extensions");
  await cp(join(root, "extensions"), copy, { recursive: true, verbatimSymlinks: true });
  const path = join(copy, "etcd/extension.yaml");
  const text = await readFile(path, "utf8");
  await writeFile(path, text.replace("suites: [trixie, forky]", "suites: [trixie]"));
  return copy;
}

async function servePublished(): Promise<ReleaseServer> {
  const served = await mkdtemp(join(folder, "served-"));
  await mkdir(join(served, "releases"));
  // Hard links: a server follows no link that leads out of its folder.
  const published = join(folder, "public/releases/download");
  await run("cp", ["--archive", "--link", published, join(served, "releases/download")]);
  return startReleaseServer(served);
}

/** The operator's own configuration: the services' files, and both services enabled. */
function operatorsIgnition(): string {
  const etcdctl = {
    path: "/etc/profile.d/etcdctl.sh",
    text: "export ETCDCTL_ENDPOINTS=http://127.0.0.1:2379\n",
  };
  return JSON.stringify({
    ignition: { version: "3.3.0" },
    storage: {
      files: [...Object.values(configurations), etcdctl].map(({ path, text }) => ({
        path,
        contents: { source: `data:,${encodeURIComponent(text)}` },
      })),
    },
    systemd: { units: ours.map((name) => ({ name: `${name}.service`, enabled: true })) },
  });
}

describeOnHosts.concurrent("a host with both extensions", (suite) => {
  test("serves after its first boot, updates etcd with its data, and can be reverted by hand", async () => {
    await using server = await servePublished();
    await server.setLatest("updates-2");
    const where = ["--base-url", server.baseUrl, "--key", join(folder, "import-pubring.gpg")];
    const options = [...where, "--arch", architecture, "--format", "ignition"];
    const ignition = [
      await kiln("host-config", "etcd", "keepalived", ...options, "--pin", "etcd=3.5"),
      operatorsIgnition(),
    ];
    await using host = await bootProvisionedHost({ suite, server, ignition, prepare: disableTimer });
    await giveInterface(host);
    const old = { user: users.etcd, version: "3.5.16" };
    const keepalived = { user: users.keepalived, version: versions.keepalived };
    expect(await serving(host, "etcd")).toEqual(old);
    expect(await serving(host, "keepalived")).toEqual(keepalived);
    await succeed(host, "etcdctl", "put", "key", "kept");

    await server.setLatest("updates-3");
    await succeed(host, ...updateCommand());
    expect(await serving(host, "etcd")).toEqual({ ...old, version: versions.etcd });
    expect(await succeed(host, "etcdctl", "version")).toContain(`etcdctl version: ${versions.etcd}`);
    expect(await linkedImage(host, "etcd")).toBe(`etcd-${versions.etcd}-${architecture}.raw`);
    expect(await succeed(host, "etcdctl", "get", "--print-value-only", "key")).toBe("kept");
    expect(await succeed(host, "ls", "/opt/extensions/etcd")).toContain(`etcd-3.5.16-${architecture}.raw`);

    // As docs/hosts.md says.
    await succeed(host, "kiln-host", "rollback", "etcd", "3.5.16");
    expect(await serving(host, "etcd")).toEqual(old);
    expect(await succeed(host, "etcdctl", "get", "--print-value-only", "key")).toBe("kept");
    expect(await serving(host, "keepalived")).toEqual(keepalived);
    expect(await linkedImage(host, "etcd")).toBe(`etcd-3.5.16-${architecture}.raw`);
    await succeed(host, ...updateCommand());
    expect(await serving(host, "etcd")).toEqual(old);
  });
});
