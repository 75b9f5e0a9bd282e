import { chown, writeFile } from "node:fs/promises";
import { openVrrpNetwork, programRuntime, type VrrpNetwork } from "@sysext-kiln/testbed";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

/** An address in the network of the node. */
export const address = "10.99.0.100";

/** All capabilities in the container's manifest. */
const allRights = ["net_admin", "net_raw", "net_broadcast"];

export interface RunKeepalivedctl {
  /** Capabilities; by default those in the container's manifest. */
  rights?: readonly string[];
  args?: readonly string[];
  /** The user who owns the mounted configuration. */
  owner?: number;
  /** A file beside the mounted configuration, `included.conf`. */
  included?: string;
  /** Whether it runs in a namespace of processes of its own, as a container usually does. */
  ownProcesses?: boolean;
}

export interface KeepalivedctlOutcome {
  status: number | undefined;
  text: string;
  /** The files that it left in /run/keepalived. */
  left: string;
}

/** keepalivedctl in the container's file system, on a node of a network. */
export interface Keepalivedctl extends AsyncDisposable {
  /**
   * Runs it for at most 10 seconds.
   * @param configuration what is mounted as keepalived.conf; nothing if undefined
   */
  run: (
    variables: Readonly<Record<string, string>>,
    configuration?: string,
    options?: RunKeepalivedctl,
  ) => Promise<KeepalivedctlOutcome>;
}

export async function openKeepalivedctl(): Promise<Keepalivedctl> {
  await using stack = new AsyncDisposableStack();
  const programs = stack.use(await buildVrrpPrograms());
  // Of the two nodes only the first is used; keepalived itself is not started.
  const runtime = programRuntime(programs.keepalived);
  const network = stack.use(
    await openVrrpNetwork({ addresses: [address], advertInterval: 1, runtime, priorities: [2, 1] }),
  );
  const all = stack.move();
  return {
    run: (variables, configuration, options = {}) =>
      runOnce({ programs, network }, variables, configuration, options),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function runOnce(
  { programs, network }: { programs: VrrpPrograms; network: VrrpNetwork },
  variables: Readonly<Record<string, string>>,
  configuration: string | undefined,
  { rights = allRights, args = [], owner = 0, included = "", ownProcesses = false }: RunKeepalivedctl,
): Promise<KeepalivedctlOutcome> {
  const [node] = network.nodes;
  if (node === undefined) throw new Error("a network without a node");
  const name = `/run/${crypto.randomUUID()}.conf`;
  if (configuration !== undefined) {
    await writeFile(node.outside(name), configuration, { mode: 0o600 });
    await chown(node.outside(name), owner, owner);
    await writeFile(`${node.outside(name)}.included`, included);
  }
  const script = [
    "root=$1 file=$2; shift 2",
    'mount -t tmpfs tmpfs "$root/run/keepalived"',
    'mount -t tmpfs tmpfs "$root/etc/keepalived"',
    'mount --bind /proc "$root/proc"',
    'if [ -e "$file" ]; then cp --preserve "$file" "$root/etc/keepalived/keepalived.conf"; fi',
    'if [ -e "$file" ]; then cp "$file.included" "$root/etc/keepalived/included.conf"; fi',
    'mount -o remount,ro "$root/etc/keepalived"',
    'env --ignore-environment PATH=/usr/bin:/usr/sbin "$@" 2>&1; status=$?',
    'echo "left: $(ls "$root/run/keepalived")"',
    "exit $status",
  ];
  const { root, entrypoint } = programs.container;
  const enter = ["unshare", "--mount", "sh", "-c", script.join("\n"), "sh", root, name] as const;
  const environment = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const bounding = ["-all", ...[...rights, "sys_chroot"].map((right) => `+${right}`)].join(",");
  const less = ["setpriv", `--bounding-set=${bounding}`, "--inh-caps=-all", "--no-new-privs"];
  const alone = ownProcesses ? ["unshare", "--pid", "--fork"] : [];
  const limits = [...alone, "timeout", "10", ...less, "chroot", root, ...entrypoint, ...args];
  const { status, stdout } = await node.run(...enter, ...environment, ...limits);
  const [text = "", left = ""] = stdout.split("left: ");
  return { status, text, left };
}
