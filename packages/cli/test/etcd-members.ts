import { existsSync } from "node:fs";
import { chmod, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nativeArchitecture } from "@sysext-kiln/extension";
import { run, tryRun, type Outcome } from "@sysext-kiln/machine";
import { startProcess } from "@sysext-kiln/testbed";
import { expect } from "vitest";
import { extensions, main } from "./paths.ts";

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
}

/** Members of clusters on this machine, each with its data in `folder/NAME`. */
export interface Members extends AsyncDisposable {
  folder: string;
  /** Reserves the addresses of a member. */
  plan(name: string, host?: string): Promise<Member>;
  /** Starts a member, and waits until it knows its leader. */
  start(member: Member, start: Start): Promise<void>;
  stop(member: Member): Promise<void>;
}

export async function openMembers(): Promise<Members> {
  const folder = await mkdtemp(join(tmpdir(), "kiln-members-"));
  const running = new Map<string, () => Promise<void>>();
  return {
    folder,
    async plan(name, host = "127.0.0.1") {
      const [client = 0, peer = 0] = await freePorts(2);
      return { name, client: `http://${host}:${client}`, peer: `http://${host}:${peer}` };
    },
    async start(member, { tree, cluster, flags = [], env = {} }) {
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
      running.set(name, async () => {
        child.kill("SIGTERM");
        await child;
      });
      const status = () => etcdctl(tree, member, "endpoint", "status", "-w", "json");
      if (client.startsWith("http:"))
        await expect.poll(async () => (await status()).stdout, { timeout: 30_000 }).toMatch(/"leader":[1-9]/);
    },
    async stop({ name }) {
      await running.get(name)?.();
      running.delete(name);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...running.values()].map((stop) => stop()));
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

/** The host of a member, on which its upgrade check runs. */
export interface CheckedHost {
  /** Where the host has its snapshots. */
  snapshots: string;
  /** What `systemctl show` prints about etcd.service. */
  unit: string;
  /** Runs the check; `tree` has the programs that run, and `more` comes before them on the PATH. */
  check(tree: string, args: readonly string[], options?: CheckOptions): Promise<Outcome>;
}

/** The names of a host's snapshots; none if it has no folder for them yet. */
export async function snapshotsOf({ snapshots }: CheckedHost): Promise<string[]> {
  return existsSync(snapshots) ? await readdir(snapshots) : [];
}

export interface CheckOptions {
  env?: Readonly<Record<string, string>>;
  more?: string;
  /** The size of the disk with the snapshots, as tmpfs takes it. */
  disk?: string;
}

/**
 * The host of a member, with etcd's upgrade check, `etcdctl.sh` and `etcd.env`. systemd is replaced by a program that prints what
 * it would print.
 */
export async function makeHost(
  folder: string,
  { member, settings = `export ETCDCTL_ENDPOINTS=${member.client}`, variables = "" }: HostOptions,
): Promise<CheckedHost> {
  const host = await mkdtemp(join(folder, "host-"));
  const path = (name: string) => join(host, name);
  await cp(join(extensions, "etcd/files/usr/lib/sysext-kiln/etcd"), path("hooks"), { recursive: true });
  const check = path("hooks/upgrade-check");
  const text = (await readFile(check, "utf8"))
    .replace("/etc/profile.d/etcdctl.sh", path("etcdctl.sh"))
    .replace("/etc/etcd/data-folder", path("data-folder"))
    .replace("/var/lib/etcd-snapshots", path("snapshots"));
  await writeFile(check, text);
  await writeFile(path("etcdctl.sh"), `${settings}\n`);
  await writeFile(path("etcd.env"), `ETCD_NAME=${member.name}\n${variables}\n`);
  await mkdir(path("bin"));
  await writeFile(path("bin/systemctl"), `#!/bin/sh\ncat ${path("unit")}\n`);
  await chmod(path("bin/systemctl"), 0o755);
  const checked: CheckedHost = {
    snapshots: path("snapshots"),
    unit: `ExecStart={ path=/usr/local/bin/etcd ; argv[]=/usr/local/bin/etcd ; ignore_errors=no ; pid=0 }
Environment=ETCD_DATA_DIR=${join(folder, member.name)}
EnvironmentFiles=${path("etcd.env")} (ignore_errors=no)
`,
    async check(programs, args, { env = {}, more = path("bin"), disk } = {}) {
      await writeFile(path("unit"), checked.unit);
      const PATH = [more, path("bin"), join(programs, "usr/local/bin"), process.env["PATH"]].join(":");
      const command = ["dash", check, ...args];
      if (disk === undefined)
        return await tryRun("unshare", ["--map-root-user", ...command], { env: { PATH, ...env } });
      await mkdir(path("snapshots"), { recursive: true });
      const mount = `mount -t tmpfs -o size=${disk} tmpfs ${path("snapshots")} && exec "$@"`;
      return await tryRun("unshare", ["--mount", "--map-root-user", "sh", "-c", mount, "sh", ...command], {
        env: { PATH, ...env },
      });
    },
  };
  return checked;
}

export interface HostOptions {
  member: Member;
  /** The text of `etcdctl.sh`; by default with the member's endpoint. */
  settings?: string;
  /** More lines of `etcd.env`. */
  variables?: string;
}
