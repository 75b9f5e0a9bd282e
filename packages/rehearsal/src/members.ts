import { chmod, cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import {
  bootHost,
  openLan,
  openNamespace,
  reloadsAfterMerge,
  type Host,
  type HostNetwork,
  type HostSuite,
} from "@sysext-kiln/booted-host";
import type { Definition } from "@sysext-kiln/extension";
import { hostConfigFor, hostFiles, imageFolder, type HostImage } from "@sysext-kiln/host-config";
import type { Say } from "@sysext-kiln/machine";
import type { Credentials } from "./etcd-client.ts";
import { serveImages } from "./update-server.ts";

/** The members of a rehearsal's cluster, with their addresses. */
const addresses = { one: "192.0.2.11", two: "192.0.2.12", three: "192.0.2.13" } as const;

export type MemberName = keyof typeof addresses;
export const memberNames: readonly MemberName[] = ["one", "two", "three"];

/** An image on this machine. */
export interface RehearsedImage extends HostImage {
  definition: Definition;
  path: string;
}

/** A host with one member. */
export interface Member {
  name: MemberName;
  /** The URL at which clients reach it. */
  client: string;
  host: Host;
}

/** Three hosts in one network, and a network for clients. */
export interface Members extends AsyncDisposable {
  all: readonly Member[];
  /** Where a client of the cluster can run. */
  clients: HostNetwork;
  /** Where hosts update from. */
  baseUrl: string;
}

export interface MembersOptions {
  suite: HostSuite;
  from: RehearsedImage;
  to: RehearsedImage;
  kilnHost: RehearsedImage;
  /** The series that hosts follow at first. */
  series: string;
  credentials: Credentials | undefined;
  /** A folder for the data of the members. */
  folder: string;
  say: Say;
}

/** The folder that all hosts share, as they see it. */
export const sharedFolder = "/var/lib/rehearsal";

/**
 * Boots three hosts that are provisioned as `kiln host-config` does it, with their data on disk, and without
 * etcd's settings.
 */
export async function bootMembers(options: MembersOptions): Promise<Members> {
  const { suite, from, to, kilnHost, say } = options;
  for (const name of memberNames) await makeFolders(options.folder, name);
  await using stack = new AsyncDisposableStack();
  const server = stack.use(await serveImages([from, to, kilnHost]));
  const baseUrl = `http://127.0.0.1:${server.port}`;
  const lan = stack.use(await openLan());
  const boot = async (name: MemberName): Promise<Member> => {
    const network = await lan.connect(`${addresses[name]}/24`);
    await network.expose(server.port);
    const namespace = stack.use(await openNamespace());
    const storage = { namespace, folders: foldersOf(options.folder, name) };
    const prepare = (root: string) => provision(root, { ...options, baseUrl });
    const host = stack.use(await bootHost({ suite, name, network, storage, prepare, say }));
    // On a host of theirs, kiln-host has done this at boot.
    if (!reloadsAfterMerge(suite)) await host.run(["systemctl", "daemon-reload"]);
    return { name, client: `http://${addresses[name]}:2379`, host };
  };
  const all = await whenAllSettled(memberNames.map(boot));
  const clients = await lan.connect("192.0.2.20/24");
  const resources = stack.move();
  return { all, clients, baseUrl, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/**
 * Waits for all of some work, even if a part of it fails: what is still starting cannot be stopped.
 * @throws the first failure
 */
export async function whenAllSettled<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return await Promise.all(work);
}

function foldersOf(folder: string, name: MemberName): Record<string, string> {
  return {
    "/var/lib/etcd": join(folder, name, "data"),
    "/var/lib/etcd-snapshots": join(folder, name, "snapshots"),
    [sharedFolder]: join(folder, "shared"),
  };
}

async function makeFolders(folder: string, name: MemberName): Promise<void> {
  for (const path of Object.values(foldersOf(folder, name)))
    await mkdir(path, { recursive: true, mode: 0o700 });
}

/** Writes what Ignition writes at first boot, and how etcdctl and kiln-host's hooks reach etcd. */
async function provision(root: string, options: MembersOptions & { baseUrl: string }): Promise<void> {
  const { baseUrl, from, kilnHost, series, credentials } = options;
  const extensions = [
    { definition: kilnHost.definition, image: kilnHost, series: undefined },
    { definition: from.definition, image: from, series },
  ];
  const config = hostFiles(hostConfigFor(extensions, { baseUrl, keyring: undefined, reboot: false }));
  for (const { path, mode, content } of config.files) await write(join(root, path), content, mode);
  for (const { path, target } of config.links) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await symlink(target, join(root, path));
  }
  for (const image of [from, kilnHost]) {
    const path = join(root, imageFolder(image.definition.name), image.name);
    await mkdir(dirname(path), { recursive: true });
    await cp(image.path, path);
  }
  // Updates begin when the rehearsal starts them.
  const timer = join(root, "etc/systemd/system/kiln-host.timer.d/rehearsal.conf");
  await write(timer, "[Timer]\nOnActiveSec=\nOnUnitInactiveSec=\nOnActiveSec=1w\n", 0o644);
  await write(join(root, "etc/profile.d/etcdctl.sh"), connectionSettings(credentials), 0o600);
}

function connectionSettings(credentials: Credentials | undefined): string {
  const variables = {
    ETCDCTL_ENDPOINTS: "http://127.0.0.1:2379",
    ...(credentials && { ETCDCTL_USER: credentials.user, ETCDCTL_PASSWORD: credentials.password }),
  };
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`)
    .join("");
}

async function write(path: string, content: string | Buffer, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  await chmod(path, mode);
}

/** The variables that tell a member who it is, and who the others are. */
export function clusterSettings(name: MemberName): Record<string, string> {
  return {
    ETCD_NAME: name,
    ETCD_DATA_DIR: "/var/lib/etcd",
    ETCD_INITIAL_CLUSTER: initialCluster,
    ETCD_INITIAL_CLUSTER_STATE: "existing",
    ETCD_INITIAL_CLUSTER_TOKEN: clusterToken,
    ETCD_INITIAL_ADVERTISE_PEER_URLS: peerUrl(name),
    ETCD_LISTEN_PEER_URLS: peerUrl(name),
    ETCD_LISTEN_CLIENT_URLS: `http://${addresses[name]}:2379,http://127.0.0.1:2379`,
    ETCD_ADVERTISE_CLIENT_URLS: `http://${addresses[name]}:2379`,
  };
}

/** The options with which a snapshot is restored for a member. */
export function restoreOptions(name: MemberName): string[] {
  return [
    `--name=${name}`,
    `--initial-cluster=${initialCluster}`,
    `--initial-cluster-token=${clusterToken}`,
    `--initial-advertise-peer-urls=${peerUrl(name)}`,
  ];
}

const clusterToken = "rehearsal";
const peerUrl = (name: MemberName) => `http://${addresses[name]}:2380`;
const initialCluster = memberNames.map((name) => `${name}=${peerUrl(name)}`).join(",");
