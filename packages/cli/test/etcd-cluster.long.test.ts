import { cp, mkdtemp, readdir, readFile, readlink, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run } from "@sysext-kiln/machine";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeCertificates } from "./etcd-certificates.ts";
import {
  addresses,
  bootCluster,
  etcdctl,
  lastUpdateLog,
  lostWrites,
  overlaps,
  type Client,
  type Cluster,
  type Member,
} from "./etcd-cluster.ts";
import { renderTemplates } from "./etcd-templates.ts";
import { linkedImage, property, succeed } from "./host-services.ts";
import { statusOf, updateCommand, updateNow } from "./kiln-host.ts";
import { serveDirectory } from "./serve.ts";
import type { Host } from "@sysext-kiln/booted-host";
import { main, root } from "./paths.ts";

const etcd = join(root, "extensions/etcd");
const kilnHost = join(root, "extensions/kiln-host");
const architecture = nativeArchitecture();

/** Both clusters, one for each systemd, are tested at the same time; the tests of one build on each other. */
const inOrder = { concurrent: false };

/** What is published one after the other: two versions of one series, and a rebuild. */
const stages = ["first", "second", "third"] as const;
const imageNames: string[] = [];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-etcd-"));
  const extension = join(folder, "extensions/etcd");
  await cp(etcd, extension, { recursive: true });
  await cp(kilnHost, join(folder, "extensions/kiln-host"), { recursive: true, verbatimSymlinks: true });
  const text = await readFile(join(extension, "extension.yaml"), "utf8");
  const quick = text
    .replace("asset:", `architectures: [${architecture}]\nasset:`)
    .replace("healthySeconds: 120", "healthySeconds: 30\n  steadySeconds: 2");
  // Debian's stable release has only 3.5.16, which the policy selects until there are newer versions.
  const stable = quick.replace("suites: [trixie, forky]", "suites: [trixie]");
  await writeFile(join(extension, "extension.yaml"), stable);
  await kiln("key", "new", "--output", "key.asc");
  await kiln("release", "kiln-host", "--to", "public");
  await publish("first");
  await writeFile(join(extension, "extension.yaml"), quick);
  await publish("second");
  await writeFile(join(extension, "files/usr/share/etcd/rebuilt"), "");
  await publish("third");

  const members = Object.entries(addresses);
  await makeCertificates(join(folder, "pki"), addresses);
  const cluster = members.map(([name, address]) => `${name}=https://${address}:2380`).join(",");
  const variables = {
    etcd_version: "3.5.16",
    etcd_initial_cluster: cluster,
    etcd_sysext_download_url: "http://127.0.0.1:1",
  };
  const hosts = members.map(([name, address]) => [name, { ...variables, etcd_address: address }]);
  await renderTemplates(join(folder, "rendered"), Object.fromEntries(hosts));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function kiln(...args: string[]): Promise<string> {
  const env = { KILN_SIGNING_KEY_FILE: join(folder, "key.asc") };
  return await run(process.execPath, [main, "--extensions", join(folder, "extensions"), ...args], {
    cwd: folder,
    env,
  });
}

/** Publishes one more version, and keeps a copy of everything published so far under a name. */
async function publish(stage: string): Promise<void> {
  await kiln("release", "etcd", "--to", "public");
  await run("cp", ["--archive", "--link", join(folder, "public"), join(folder, stage)]);
  const names = await readdir(join(folder, stage, "releases/latest/download"));
  imageNames.push(names.find((name) => /^etcd-.*\.raw$/.test(name) && !imageNames.includes(name)) ?? "");
}

const linked = (host: Host) => linkedImage(host, "etcd");

const versionOf = (image: string) => /^etcd-([\d.]+)-/.exec(image)?.[1];

const times = <T>(value: T) => [value, value, value];

describeOnHosts.concurrent("a cluster of etcd", (suite) => {
  const resources = new AsyncDisposableStack();
  const served = () => join(folder, `served-${suite}`);
  let cluster: Cluster;
  let client: Client;

  beforeAll(async () => {
    await offer("first");
    const { baseUrl, ports } = resources.use(await serveDirectory(served()));
    const config = ["--base-url", baseUrl, "--arch", architecture];
    const hostConfig = join(folder, `host-${suite}`);
    await kiln("host-config", "etcd", ...config, "--format", "files", "--output", hostConfig);
    const latest = join(folder, "first/releases/latest/download");
    const isHostImage = (name: string) =>
      name.startsWith("kiln-host-") && name.endsWith(`-${architecture}.raw`);
    const host = (await readdir(latest)).find(isHostImage) ?? "";
    const images = { etcd: join(latest, imageNames[0] ?? ""), "kiln-host": join(latest, host) };
    const [rendered, pki] = [join(folder, "rendered"), join(folder, "pki")];
    cluster = resources.use(await bootCluster(suite, { rendered, pki, hostConfig, images, ports }));
  });
  afterAll(async () => {
    await client.stop();
    await resources.disposeAsync();
  });

  /** Serves to hosts what was published at a stage. */
  async function offer(stage: (typeof stages)[number]): Promise<void> {
    const next = `${served()}.next`;
    await run("cp", ["--archive", "--link", join(folder, stage), next]);
    await rm(served(), { recursive: true, force: true });
    await rename(next, served());
  }

  /** The hosts of some members; of all members if none is named. */
  function hostsOf(...members: Member[]): Host[] {
    const { one, two, three } = cluster.hosts;
    return members.length === 0 ? [one, two, three] : members.map((member) => cluster.hosts[member]);
  }

  /** Starts the updates of hosts at the same time, and waits until all of them have ended. */
  async function updateAll(...members: Member[]): Promise<void> {
    const outcomes = await Promise.all(hostsOf(...members).map(updateNow));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ status: 0 });
  }

  /** Updates hosts as their timers do until all of them have an image; returns the number of runs. */
  async function updateUntil(image: string): Promise<number> {
    for (let runs = 1; runs <= 8; runs += 1) {
      await updateAll();
      const links = await Promise.all(hostsOf().map(linked));
      if (links.every((link) => link === image)) return runs;
    }
    return Infinity;
  }

  /** The version that each running member reports. */
  async function versions(): Promise<string[]> {
    const answers = await Promise.all(
      hostsOf().map((host) => etcdctl(host, "endpoint", "status", "-w", "json")),
    );
    return answers.map((answer) => /"version":"([^"]+)"/.exec(answer)?.[1] ?? "");
  }

  async function waitUntilHealthy(): Promise<void> {
    const isHealthy = async () =>
      (await cluster.hosts.one.run(["sh", "-lc", "etcdctl endpoint health --cluster"])).status === 0;
    await cluster.hosts.one.waitFor("all members to be healthy", isHealthy);
  }

  test("is formed by three hosts with TLS from the templates that Ansible renders", inOrder, async () => {
    await waitUntilHealthy();
    expect(await versions()).toEqual(times("3.5.16"));
    const members = await etcdctl(cluster.hosts.two, "member", "list");
    for (const address of Object.values(addresses)) {
      expect(members).toContain(`started, `);
      expect(members).toContain(`https://${address}:2380, https://${address}:2379, false`);
    }
    const stranger = ["etcdctl", "--endpoints=https://127.0.0.1:2379", "--cacert=/etc/etcd/pki/ca.crt"];
    expect(await cluster.hosts.one.run(["sh", "-c", `${stranger.join(" ")} get x`])).not.toMatchObject({
      status: 0,
    });
    client = await cluster.startClient();
  });

  test("restarts no member while one is unhealthy, and says why", inOrder, async () => {
    await offer("second");
    const { one, two, three } = cluster.hosts;
    await succeed(three, "systemctl", "mask", "--runtime", "--now", "etcd.path", "etcd.service");
    const pids = () => Promise.all([one, two].map((host) => property(host, "etcd.service", "MainPID")));
    const before = await pids();
    await updateAll("one", "two");
    expect(await pids()).toEqual(before);
    expect(await Promise.all([one, two].map(linked))).toEqual([imageNames[0], imageNames[0]]);
    const logs = (await Promise.all([one, two].map(lastUpdateLog))).join("\n");
    expect(logs).toMatch(/not every member is healthy: .*192\.0\.2\.13:2379 is unhealthy/s);
    expect(logs).toContain(`etcd: ${imageNames[1]} waits: `);
    // The other one may have found the lock held while it asked.
    const statuses = await Promise.all([one, two].map((host) => statusOf(host, "etcd")));
    expect(statuses.map(({ waitingReason }) => waitingReason)).toContainEqual(
      expect.stringMatching(/^not every member is healthy: \S+192\.0\.2\.13:2379 is unhealthy: /),
    );

    await succeed(three, "systemctl", "unmask", "--runtime", "etcd.path", "etcd.service");
    await succeed(three, "systemctl", "start", "etcd.path");
    await waitUntilHealthy();
  });

  test(
    "restarts no member while another host holds the lock, which expires when that host is gone",
    inOrder,
    async () => {
      const { one, two } = cluster.hosts;
      const lock = "/usr/lib/sysext-kiln/etcd/restart-lock";
      const hold = (seconds: number) =>
        succeed(
          one,
          "unshare",
          "--uts",
          "sh",
          "-euc",
          `hostname ghost && LOCK_SECONDS=${seconds} sh ${lock} acquire`,
        );
      await hold(300);
      await updateAll("one", "two");
      expect(await statusOf(two, "etcd")).toMatchObject({
        waitingReason: expect.stringMatching(/^the restart lock is held by ghost \w+; it expires in \d+ s/),
      });
      expect(await Promise.all([one, two].map(linked))).toEqual([imageNames[0], imageNames[0]]);
      await hold(5); // the last time
      const isFree = async () => (await etcdctl(one, "get", "/sysext-kiln/restart")) === "";
      await one.waitFor("the lock to expire", isFree);
    },
  );

  test("is updated one member at a time, and loses no acknowledged write", inOrder, async () => {
    expect(await updateUntil(imageNames[1] ?? "")).toBeLessThanOrEqual(6);
    expect(await versions()).toEqual(times(versionOf(imageNames[1] ?? "")));
    await expectAllWrites();
    expect(new Set(client.outages.map(({ down }) => down)).size).toBe(3);
    expect(overlaps(client.outages)).toEqual([]);
  });

  test("continues after a power failure of the member that was being updated", inOrder, async () => {
    await offer("third");
    const { one, three } = cluster.hosts;
    await succeed(three, ...updateCommand("--no-block"));
    const link = join(three.root, "etc/extensions/etcd.raw");
    await three.waitFor("the link to move", async () => basename(await readlink(link)) === imageNames[2]);
    await three.cutPower();
    await updateAll("one", "two");
    expect(await statusOf(one, "etcd")).toMatchObject({
      waitingReason: expect.stringMatching(/^the restart lock is held by three /),
    });

    await three.boot();
    await waitUntilHealthy();
    await updateAll("three");
    expect(await lastUpdateLog(three)).toContain(`${imageNames[2]} is healthy`);
    expect(await statusOf(three, "etcd")).toMatchObject({ state: "settled", inUse: imageNames[2] });
    expect(await updateUntil(imageNames[2] ?? "")).toBeLessThanOrEqual(4);
    expect(await etcdctl(one, "get", "/sysext-kiln/restart")).toBe("");
    await expectAllWrites();
    expect(overlaps(client.outages)).toEqual([]);
  });

  /** Expects every member to have every acknowledged write. */
  async function expectAllWrites(): Promise<void> {
    const acknowledged = [...client.acknowledged];
    expect(acknowledged.length).toBeGreaterThan(100);
    for (const host of hostsOf()) expect(await lostWrites(host, acknowledged)).toEqual([]);
  }
});
