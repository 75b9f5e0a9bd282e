import { chmod, chown, cp, mkdir, readdir, symlink } from "node:fs/promises";
import { createInterface } from "node:readline";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { startProcess } from "@sysext-kiln/testbed";
import { z } from "zod";
import { keyOwners } from "./etcd-certificates.ts";
import { succeed } from "./host-services.ts";
import { disableTimer } from "./kiln-host.ts";
import { bootHost, openLan, type Host, type HostNetwork, type HostSuite } from "@sysext-kiln/booted-host";

/** The members of a test's cluster, with their addresses. */
export const addresses = { one: "192.0.2.11", two: "192.0.2.12", three: "192.0.2.13" } as const;

export type Member = keyof typeof addresses;

/** What the hosts of a cluster are made from. */
export interface ClusterFiles {
  /** Folders with each member's `etcd.env` and `etcdctl.sh`. */
  rendered: string;
  /** Folders with the files of each member's /etc/etcd/pki. */
  pki: string;
  /** What `kiln host-config --format files` wrote. */
  hostConfig: string;
  /** The first images, by the name of their extension. */
  images: Readonly<Record<string, string>>;
  /** The ports of this machine that images are served at. */
  ports: readonly number[];
}

/** Three hosts, each with a member of one cluster, in one network. */
export interface Cluster extends AsyncDisposable {
  hosts: Readonly<Record<Member, Host>>;
  /** Starts a client that writes to the cluster and polls its members until it is stopped. */
  startClient(): Promise<Client>;
}

export async function bootCluster(suite: HostSuite, files: ClusterFiles): Promise<Cluster> {
  await using stack = new AsyncDisposableStack();
  const lan = stack.use(await openLan());
  const boot = async (name: Member) => {
    const network = await lan.connect(`${addresses[name]}/24`);
    for (const port of files.ports) await network.expose(port);
    const prepare = (root: string) => prepareMember(root, name, files);
    return stack.use(await bootHost({ suite, name, network, prepare }));
  };
  const [one, two, three] = await Promise.all([boot("one"), boot("two"), boot("three")]);
  const resources = stack.move();
  return {
    hosts: { one, two, three },
    startClient: async () => startClient(await lan.connect("192.0.2.20/24"), join(files.pki, "one")),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Writes the files that Ignition writes at first boot. */
async function prepareMember(root: string, name: Member, files: ClusterFiles): Promise<void> {
  await cp(files.hostConfig, root, { recursive: true });
  await disableTimer(root);
  // As `systemctl enable` does. Before systemd 255 nothing else starts the services of extensions at boot.
  const wanted = join(root, "etc/systemd/system/basic.target.wants");
  await mkdir(wanted, { recursive: true });
  await symlink("/etc/systemd/system/kiln-host-boot.service", join(wanted, "kiln-host-boot.service"));
  const links = join(root, "etc/extensions");
  for (const folder of [links, join(root, "etc/etcd/pki"), join(root, "etc/profile.d")])
    await mkdir(folder, { recursive: true });
  for (const [extension, image] of Object.entries(files.images)) {
    const path = `/opt/extensions/${extension}/${basename(image)}`;
    await mkdir(dirname(join(root, path)), { recursive: true });
    await cp(image, join(root, path));
    await symlink(path, join(links, `${extension}.raw`));
  }
  await cp(join(files.rendered, name, "etcd.env"), join(root, "etc/etcd/etcd.env"));
  await cp(join(files.rendered, name, "etcdctl.sh"), join(root, "etc/profile.d/etcdctl.sh"));
  for (const file of await readdir(join(files.pki, name))) {
    const path = join(root, "etc/etcd/pki", file);
    await cp(join(files.pki, name, file), path);
    const owner = keyOwners[file];
    await chown(path, owner ?? 0, owner ?? 0);
    await chmod(path, owner === undefined ? 0o644 : 0o400);
  }
}

/** What a client of the cluster has seen. */
export interface Client {
  /** The numbers of the keys that were acknowledged: `written/N` holds N. */
  acknowledged: readonly number[];
  /** The members' outages, in milliseconds of one clock. */
  outages: readonly Outage[];
  stop(): Promise<void>;
}

export interface Outage {
  down: string;
  from: number;
  to: number;
}

const lineSchema = z.union([
  z.strictObject({ acknowledged: z.int() }),
  z.strictObject({ down: z.string(), from: z.number(), to: z.number() }),
]);

const script = fileURLToPath(new URL("etcd-client.ts", import.meta.url));

async function startClient(network: HostNetwork, pki: string): Promise<Client> {
  const enter = [`--net=/proc/${network.pid}/ns/net`, process.execPath, script, pki];
  const child = startProcess("nsenter", [...enter, ...Object.values(addresses)], {
    stdin: "pipe",
    buffer: false,
  });
  const acknowledged: number[] = [];
  const outages: Outage[] = [];
  createInterface(child.stdout).on("line", (text) => {
    const json: unknown = JSON.parse(text);
    const line = lineSchema.parse(json);
    if ("acknowledged" in line) acknowledged.push(line.acknowledged);
    else outages.push(line);
  });
  return {
    acknowledged,
    outages,
    async stop() {
      child.stdin.end();
      await child;
    },
  };
}

/** The pairs of members that were down at the same time. */
export function overlaps(outages: readonly Outage[]): [Outage, Outage][] {
  return outages.flatMap((left, index) =>
    outages
      .slice(index + 1)
      .filter((right) => right.down !== left.down && right.from < left.to && left.from < right.to)
      .map((right): [Outage, Outage] => [left, right]),
  );
}

/** What etcdctl answers on a host, as an operator who logs in there sees it. */
export async function etcdctl(host: Host, ...words: string[]): Promise<string> {
  return await succeed(host, "sh", "-lc", 'etcdctl "$@"', "sh", ...words);
}

/** What the last run of kiln-host logged on a host, with its details. */
export async function lastUpdateLog(host: Host): Promise<string> {
  const journal = (await host.journal("kiln-host.service")).split("Starting kiln-host.service").at(-1) ?? "";
  return `${await succeed(host, "cat", "/run/sysext-kiln/last-run.log")}\n${journal}`;
}

/** The numbers of acknowledged keys that a host's member does not have. */
export async function lostWrites(host: Host, acknowledged: readonly number[]): Promise<number[]> {
  const lines = (await etcdctl(host, "get", "--prefix", "written/")).split("\n");
  const found = new Map(lines.flatMap((line, n) => (n % 2 === 0 ? [[line, lines[n + 1]]] : [])));
  return acknowledged.filter((n) => found.get(`written/${n}`) !== `${n}`);
}
