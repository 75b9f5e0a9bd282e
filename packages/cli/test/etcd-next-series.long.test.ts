import { cp, mkdir, mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { openNetwork, type Host } from "@sysext-kiln/booted-host";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { describeOnHosts, putFile, startGitHub } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { offerBothSeries } from "./etcd-both-series.ts";
import { linkedImage, property, serving, succeed } from "./host-services.ts";
import { disableTimer, statusOf, updateNow } from "./kiln-host.ts";
import { main } from "./paths.ts";
import { bootPlainHost } from "./plain-host.ts";
import { serveDirectory } from "./serve.ts";

const architecture = nativeArchitecture();
const imageOf = (version: string) => `etcd-${version}-${architecture}.raw`;

let folder: string;
/** The versions of two series: Debian's newest 3.5, and upstream's newest 3.6. */
let older: string;
let newer: string;
/** What is published, and the files of a host that follows 3.5. */
let served: string;
let hostConfig: string;
const resources = new AsyncDisposableStack();
let ports: readonly number[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-next-series-"));
  const github = resources.use(await startGitHub());
  const both = await offerBothSeries(folder, github);
  ({ older, newer } = both);
  served = join(folder, "public");
  hostConfig = join(folder, "host");
  const env = { KILN_SIGNING_KEY_FILE: join(folder, "key.asc"), ...github.environment };
  const kiln = (...args: string[]) =>
    run(process.execPath, [main, "--extensions", both.definitions, ...args], { cwd: folder, env });
  await kiln("key", "new", "--output", "key.asc");
  await kiln("release", "etcd", "--from", "github", "--to", "public");
  const server = resources.use(await serveDirectory(served));
  ({ ports } = server);
  const config = ["--base-url", server.baseUrl, "--arch", architecture, "--pin", "3.5"];
  await kiln("host-config", "etcd", ...config, "--format", "files", "--output", "host");
});
afterAll(async () => {
  await resources.disposeAsync();
  await rm(folder, { recursive: true });
});

/** Writes what Ignition writes at first boot: a host with the older version, and kiln-host. */
async function provision(root: string): Promise<void> {
  await cp(hostConfig, root, { recursive: true });
  await disableTimer(root);
  const latest = join(served, "releases/latest/download");
  const kilnHost = (await readdir(latest)).find(
    (name) => /^kiln-host-.*\.raw$/.test(name) && name.includes(architecture),
  );
  const images = { etcd: imageOf(older), "kiln-host": kilnHost ?? "" };
  await mkdir(join(root, "etc/extensions"), { recursive: true });
  for (const [extension, image] of Object.entries(images)) {
    const path = `/opt/extensions/${extension}/${basename(image)}`;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await cp(join(latest, image), join(root, path));
    await symlink(path, join(root, "etc/extensions", `${extension}.raw`));
  }
  await putFile(join(root, "etc/etcd/etcd.env"), "ETCD_DATA_DIR=/var/lib/etcd\nETCD_ENABLE_V2=true\n");
  await putFile(join(root, "etc/profile.d/etcdctl.sh"), "export ETCDCTL_ENDPOINTS=http://127.0.0.1:2379\n");
  await putFile(
    join(root, "etc/systemd/system/etcd.service.d/proxy.conf"),
    '[Service]\nEnvironment=GOGC=100 "ETCD_PROXY=off"\n',
  );
}

/** Follows another series, as etcd's README says. */
async function follow(host: Host, from: string, to: string): Promise<void> {
  const edit = String.raw`s/^MatchPattern=etcd-${from.replace(".", String.raw`\.`)}\./MatchPattern=etcd-${to}./`;
  await succeed(host, "sed", "-i", edit, "/etc/sysupdate.etcd.d/etcd.conf");
}

describeOnHosts("a host with a cluster of its own", (suite) => {
  test("moves to the next series once nothing is in the way, and back after etcd's downgrade", async () => {
    await using network = await openNetwork();
    for (const port of ports) await network.expose(port);
    // As on Flatcar, what is merged at boot also starts with systemd 254.
    await using host = await bootPlainHost({ suite, network, prepare: provision });
    expect(await serving(host, "etcd")).toMatchObject({ version: older });
    await succeed(host, "etcdctl", "put", "key", "value");
    expect(await updateNow(host)).toMatchObject({ status: 0 });

    await follow(host, "3.5", "3.6");
    const pid = await property(host, "etcd.service", "MainPID");
    expect(await updateNow(host)).toMatchObject({ status: 0 });
    const waiting = await statusOf(host, "etcd");
    expect(waiting).toMatchObject({ state: "settled", waitingFor: imageOf(newer), refused: [] });
    expect(waiting.waitingReason).toContain(
      "Environment= of etcd.service sets ETCD_PROXY=off, which etcd 3.6 does not have.",
    );
    expect(waiting.waitingReason).toContain(
      "/etc/etcd/etcd.env sets ETCD_ENABLE_V2=true, which etcd 3.6 does not have.",
    );
    expect(await property(host, "etcd.service", "MainPID")).toBe(pid);
    expect(await linkedImage(host, "etcd")).toBe(imageOf(older));

    await succeed(host, "rm", "-r", "/etc/systemd/system/etcd.service.d");
    await succeed(host, "systemctl", "daemon-reload");
    await succeed(host, "sed", "-i", "/ENABLE_V2/d", "/etc/etcd/etcd.env");
    expect(await updateNow(host)).toMatchObject({ status: 0 });
    expect(await statusOf(host, "etcd")).toMatchObject({
      state: "settled",
      inUse: imageOf(newer),
      waitingFor: null,
    });
    expect(await serving(host, "etcd")).toMatchObject({ version: newer });
    expect(await succeed(host, "stat", "--format=%a", "/var/lib/etcd-snapshots")).toBe("700");
    expect(await succeed(host, "ls", "/var/lib/etcd-snapshots")).toMatch(
      new RegExp(`-${older}-before-${newer}\\.db$`),
    );

    await follow(host, "3.6", "3.5");
    const back = () => host.run(["kiln-host", "rollback", "etcd", older]);
    const { status, stderr } = await back();
    expect(status).toBe(1);
    expect(stderr).toContain("Run: etcdctl downgrade validate 3.5, then etcdctl downgrade enable 3.5.");
    await succeed(host, "etcdctl", "downgrade", "validate", "3.5");
    await succeed(host, "etcdctl", "downgrade", "enable", "3.5");
    await host.waitFor("the data to be converted", async () => (await back()).status === 0);
    expect(await serving(host, "etcd")).toMatchObject({ version: older });
    expect(await succeed(host, "etcdctl", "get", "--print-value-only", "key")).toBe("value");
    expect(await updateNow(host)).toMatchObject({ status: 0 });
    expect(await linkedImage(host, "etcd")).toBe(imageOf(older));
  });
});
