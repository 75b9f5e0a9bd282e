import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { run, tryRun } from "@sysext-kiln/machine";
import { execa } from "execa";
import { openNamespace, type Namespace } from "./namespace.ts";
import { killControlGroup, makeControlGroup, removeControlGroup } from "./control-group.ts";
import { waitUntil } from "./wait.ts";

const mounts = "/run/kiln-host";

/**
 * A root file system, layered over a base tree, in which systemd can be booted. Its changes are kept in
 * memory.
 */
export interface Container extends AsyncDisposable {
  /** Its root file system, as seen from here. */
  root: string;
  /** Boots systemd in the network of a process. Resolves when its manager listens. */
  start(name: string, networkPid: number): Promise<void>;
  /** The first process of the booted system, as seen from outside. */
  leader(): Promise<number | undefined>;
  /** Waits until the booted system has shut down. */
  ended(): Promise<void>;
  /** Kills every process of the booted system. */
  kill(): Promise<void>;
}

/** What a container is layered over: a folder, or a file system in a raw disk image. Neither is changed. */
export type Base = string | { disk: string; offset: number };

/** Folders that are mounted in a namespace, by the paths in a container where they take the place of its own. */
export interface Storage {
  namespace: Namespace;
  folders: Readonly<Record<string, string>>;
}

/** Opens a container. Its mounts and processes are in namespaces that end with this process, in any case. */
export async function openContainer(base: Base, storage?: Storage): Promise<Container> {
  const namespace = storage === undefined ? await openNamespace() : borrowed(storage.namespace);
  try {
    await mountAll(namespace, base);
    return await containerIn(namespace, storage?.folders ?? {});
  } catch (error) {
    await namespace[Symbol.asyncDispose]();
    throw error;
  }
}

/** The same namespace, which remains when this is disposed of. */
function borrowed({ enter, pid }: Namespace): Namespace {
  return { enter, pid, [Symbol.asyncDispose]: async () => undefined };
}

async function containerIn(namespace: Namespace, folders: Storage["folders"]): Promise<Container> {
  const outside = (path: string) => `/proc/${namespace.pid}/root${path}`;
  let group = await makeControlGroup(outside("/sys/fs/cgroup"));
  let booted: ReturnType<typeof spawn> | undefined;
  const leader = async () => {
    const file = join(group, "payload/init.scope/cgroup.procs");
    const text = await readFile(file, "utf8").catch(() => "");
    return text === "" ? undefined : Number.parseInt(text, 10);
  };
  const kill = async () => {
    await killControlGroup(group);
    await booted;
    await removeControlGroup(group);
  };
  return {
    root: outside(`${mounts}/root`),
    leader,
    async start(name, networkPid) {
      const child = spawn({ namespace, networkPid, group: group.slice(outside("").length), name, folders });
      booted = child;
      let over = false;
      void child.then(() => (over = true));
      const isUp = async () => over || existsSync(`/proc/${await leader()}/root/run/systemd/private`);
      const inTime = await waitUntil(isUp, 60_000);
      if (over || !inTime) throw new Error(`systemd did not boot: ${over ? (await child).all : "no answer"}`);
    },
    async ended() {
      await booted;
    },
    async kill() {
      await kill();
      // Some kernels continue to kill what is started in a group that was killed.
      group = await makeControlGroup(outside("/sys/fs/cgroup"));
    },
    async [Symbol.asyncDispose]() {
      try {
        await kill();
      } finally {
        await namespace[Symbol.asyncDispose]();
      }
    },
  };
}

async function mountAll({ enter: [program, ...enter] }: Namespace, base: Base): Promise<void> {
  const inside = (...command: string[]) => run(program, [...enter, ...command]);
  await inside("mount", "-t", "proc", "proc", "/proc");
  // Machines with the older hierarchies have a tmpfs there, with mounts in it.
  await tryRun(program, [...enter, "umount", "--recursive", "/sys/fs/cgroup"]);
  await inside("mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup");
  await inside("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", "/run");
  await inside("mkdir", "-p", ...["base", "upper", "work", "root"].map((folder) => `${mounts}/${folder}`));
  const lower = typeof base === "string" ? base : `${mounts}/base`;
  if (typeof base !== "string") {
    // The kernel releases the loop device with the mount, and the mount with the namespace.
    await inside("mount", "-o", `ro,loop,offset=${base.offset}`, base.disk, lower);
  }
  const layers = `lowerdir=${lower},upperdir=${mounts}/upper,workdir=${mounts}/work`;
  await inside("mount", "-t", "overlay", "-o", layers, "overlay", `${mounts}/root`);
}

interface Boot extends Storage {
  networkPid: number;
  group: string;
  name: string;
}

function spawn({ namespace, networkPid, group, name, folders }: Boot) {
  const [program, ...enter] = namespace.enter;
  const nspawn = [
    "systemd-nspawn",
    `--directory=${mounts}/root`,
    `--machine=${name}`,
    "--boot",
    "--quiet",
    "--register=no",
    "--keep-unit",
    "--link-journal=no",
    "--resolv-conf=off",
    "--timezone=off",
    "--console=read-only",
    "--bind=/dev/loop-control",
    ...Object.entries(folders).map(([inside, path]) => `--bind=${path}:${inside}`),
    "--network-namespace-path=/proc/self/ns/net",
    "--capability=CAP_NET_ADMIN,CAP_NET_RAW",
  ];
  const enterGroup = 'echo 0 > "$1/cgroup.procs" && shift && exec "$@"';
  const words = [
    `--net=/proc/${networkPid}/ns/net`,
    ...enter,
    "sh",
    "-c",
    enterGroup,
    "sh",
    group,
    ...nspawn,
  ];
  return execa(program, words, { stdin: "ignore", all: true, reject: false });
}
