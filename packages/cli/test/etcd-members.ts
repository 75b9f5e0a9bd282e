import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run, tryRun, type Outcome } from "@sysext-kiln/machine";
import { startProcess } from "@sysext-kiln/testbed";
import { expect } from "vitest";
import { main } from "./paths.ts";

/** Builds an image of etcd, and unpacks it into a folder; returns its tree. */
export async function unpackEtcd(folder: string, ...options: string[]): Promise<string> {
  const output = await mkdtemp(join(folder, "image-"));
  const command = ["build", "etcd", ...options, "--arch", nativeArchitecture(), "--output", output];
  await run(process.execPath, [main, ...command]);
  const built = (await readdir(output)).filter((name) => name.endsWith(".raw")).toSorted();
  const tree = join(output, "tree");
  await run("unsquashfs", ["-quiet", "-no-progress", "-dest", tree, join(output, built.at(-1) ?? "")]);
  return tree;
}

export interface Member {
  name: string;
  /** The URLs for clients and for other members. */
  client: string;
  peer: string;
}

/** What a member is started with. */
export interface Start {
  /** The tree of the image whose programs it runs. */
  tree: string;
  /** All members of its cluster, with itself. */
  cluster: readonly Member[];
  flags?: readonly string[];
  env?: Readonly<Record<string, string>>;
  /** False if etcdctl needs a password to ask whether the member knows its leader. */
  wait?: boolean;
}

/** Members of clusters on this machine, each with its data in `folder/NAME`. */
export interface Members extends AsyncDisposable {
  folder: string;
  /** Reserves the addresses of a member. */
  plan(name: string, host?: string): Promise<Member>;
  /** Starts a member, and waits until it knows its leader, unless that needs a certificate. */
  start(member: Member, start: Start): Promise<void>;
  /** Ends a member; with SIGKILL it ends as by a power failure. */
  stop(member: Member, signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  /** The process of a running member. */
  pid(member: Member): number;
}

export async function openMembers(): Promise<Members> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-members-"));
  const running = new Map<string, ReturnType<typeof startProcess>>();
  const stop = async (name: string, signal: "SIGTERM" | "SIGKILL" = "SIGTERM") => {
    const child = running.get(name);
    running.delete(name);
    child?.kill(signal);
    await child;
  };
  return {
    folder,
    async plan(name, host = "127.0.0.1") {
      const [client = 0, peer = 0] = await freePorts(2);
      return { name, client: `http://${host}:${client}`, peer: `http://${host}:${peer}` };
    },
    async start(member, { tree, cluster, flags = [], env = {}, wait = true }) {
      const { name, client, peer } = member;
      const child = startProcess(
        join(tree, "usr/local/bin/etcd"),
        [
          ...["--name", name, "--data-dir", join(folder, name), "--initial-cluster-token", folder],
          ...["--listen-client-urls", client, "--advertise-client-urls", client],
          ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
          ...["--initial-cluster", cluster.map((other) => `${other.name}=${other.peer}`).join(",")],
          ...["--initial-cluster-state", cluster.length === 1 ? "new" : "existing", ...flags],
        ],
        { buffer: false, stdio: "ignore", reject: false, env },
      );
      running.set(name, child);
      const status = () => etcdctl(tree, member, "endpoint", "status", "-w", "json");
      if (wait && client.startsWith("http:"))
        await expect.poll(async () => (await status()).stdout, { timeout: 30_000 }).toMatch(/"leader":[1-9]/);
    },
    stop: ({ name }, signal) => stop(name, signal),
    pid: ({ name }) => running.get(name)?.pid ?? expect.fail(`${name} does not run`),
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.keys()].map((name) => stop(name)));
      await rm(folder, { recursive: true });
    },
  };
}

export function etcdctl(
  tree: string,
  { client }: Pick<Member, "client">,
  ...args: string[]
): Promise<Outcome> {
  return tryRun(join(tree, "usr/local/bin/etcdctl"), ["--endpoints", client, ...args]);
}

/** Adds a member to a cluster, and returns its id. */
export async function addMember(
  tree: string,
  through: Member,
  name: string,
  peer: string,
  ...flags: string[]
): Promise<string> {
  let id: string | undefined;
  const added = async () => {
    const { stdout } = await etcdctl(tree, through, "member", "add", name, "--peer-urls", peer, ...flags);
    id = /^Member +(\w+) added/.exec(stdout)?.[1];
    return id;
  };
  await expect.poll(added, { timeout: 30_000 }).toBeDefined();
  return id ?? "";
}

/**
 * Starts a member that has another one stored, which is no member of the cluster: it was added, and the log
 * that says so is lost, as after a forced new cluster.
 * @returns the id of the other one
 */
export async function plantZombie(members: Members, one: Member, tree: string): Promise<string> {
  const log = join(members.folder, one.name, "member/wal");
  const copy = join(members.folder, "wal");
  const start = { tree, cluster: [one] };
  await members.start(one, start);
  await members.stop(one);
  await cp(log, copy, { recursive: true });
  await members.start(one, start);
  const id = await addMember(tree, one, "ghost", "http://127.0.0.1:1", "--learner");
  await members.stop(one);
  await rm(log, { recursive: true });
  await cp(copy, log, { recursive: true });
  await members.start(one, start);
  const isWritten = async () =>
    (await etcdctl(tree, one, "--command-timeout", "1s", "put", "key", "value")).status;
  await expect.poll(isWritten, { timeout: 30_000 }).toBe(0);
  expect((await etcdctl(tree, one, "member", "list")).stdout).not.toContain(id);
  return id;
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once("listening", resolve))));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
