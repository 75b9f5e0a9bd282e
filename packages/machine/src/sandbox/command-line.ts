import { join } from "node:path";
import type { Limits } from "./limits.ts";
import type { Bind, TopEntry } from "./root.ts";
import { asUser, userInside, type Setup } from "./setup.ts";

/** Everything that decides a sandbox's command line. */
export interface Plan {
  setup: Setup;
  /** The path of bubblewrap. */
  bwrap: string;
  root: string;
  top: readonly TopEntry[];
  readOnly: readonly Bind[];
  writable: readonly Bind[];
  env: Readonly<Record<string, string>>;
  limits: Limits;
  /** Options of prlimit. */
  resourceLimits: readonly string[];
  /** The path of the user namespace, if it is granted. */
  namespace: string | undefined;
}

/** Where bubblewrap finds the seccomp filter, and the user namespace. */
const filterDescriptor = "3";
const namespaceDescriptor = "4";

/**
 * The command line that runs a command in the sandbox. Before bubblewrap come, in this order: if kiln is
 * root, a mount namespace that shows the bound folders at paths that the unprivileged user can reach, and the
 * change to that user; the limits; a hint to the kernel to end these processes first when memory runs out; a
 * signal for when kiln ends, because bubblewrap requests one only later; the closing of descriptors.
 */
export function commandLine(plan: Plan, command: readonly string[]): string[] {
  const { setup, readOnly, writable } = plan;
  const sources = [
    plan.root,
    ...readOnly.map(({ source }) => source),
    ...writable.map(({ source }) => source),
  ];
  const shown = setup.fromRoot ? sources.map((_, index) => `/mnt/${index}`) : sources;
  const at = (source: string) => shown[sources.indexOf(source)] ?? source;
  const moved = (binds: readonly Bind[]) =>
    binds.map(({ source, target }) => ({ source: at(source), target }));
  return [
    ...(setup.isChrooted ? leaveChroot : []),
    ...(setup.fromRoot ? [...showAtMnt(sources), ...asUser(setup.user), "--"] : []),
    ...["prlimit", ...plan.resourceLimits, "--"],
    ...["choom", "--adjust", "1000", "--"],
    ...["setpriv", "--pdeathsig", "KILL", "--"],
    ...["bash", "-c", lastSteps, "bash", String(process.pid), plan.namespace ?? "/dev/null"],
    ...bubblewrap({ ...plan, root: at(plan.root), readOnly: moved(readOnly), writable: moved(writable) }),
    "--",
    ...command,
  ];
}

/**
 * Stops if kiln ended before the signal was requested, opens the user namespace, and closes the descriptors
 * that kiln inherited. The output goes through pipes: Node's own streams are sockets, and a socket belongs to
 * the network namespace where it was made, whose interfaces it shows to whoever has it.
 */
const lastSteps = `
  if [ "$PPID" != "$1" ]; then exit 1; fi
  exec 4< "$2" || exit; shift 2
  exec > >(exec cat) 2> >(exec cat >&2) || exit
  for path in /proc/self/fd/*; do
    if ((\${path##*/} > 4)); then eval "exec \${path##*/}>&-"; fi
  done
  exec "$@"`;

/**
 * Makes the root of a chroot the root of a mount namespace that ends with the command. Entering the namespace that a
 * process is in already takes the process to that namespace's own root (setns(2)): the first time to the machine's, over
 * which the chroot's root is then mounted, and the second time to that.
 */
const leaveChroot = [
  ...["unshare", "--mount", "--propagation", "private", "--", "sh", "-c"],
  `exec 9< / && exec nsenter --mount=/proc/self/ns/mnt -- sh -c '
    mount --rbind /proc/self/fd/9 / && exec nsenter --mount=/proc/self/ns/mnt -- "$@"' sh "$@"`,
  "sh",
];

/**
 * Binds each source at /mnt/INDEX, in a mount namespace that ends with the command. All are opened first,
 * because one may be below /mnt.
 */
function showAtMnt(sources: readonly string[]): string[] {
  const script = `set -e
  count=$1; shift
  opened=()
  for ((index = 0; index < count; index++)); do
    exec {descriptor}< "$1"; opened+=("/proc/$$/fd/$descriptor"); shift
  done
  mount -t tmpfs -o mode=0755 tmpfs /mnt
  for ((index = 0; index < count; index++)); do
    if [ -d "\${opened[index]}" ]; then mkdir "/mnt/$index"; else touch "/mnt/$index"; fi
    mount --no-canonicalize --bind "\${opened[index]}" "/mnt/$index"
  done
  exec "$@"`;
  const unshare = ["unshare", "--mount", "--propagation", "private", "--"];
  return [...unshare, "bash", "-c", script, "bash", String(sources.length), ...sources];
}

function bubblewrap({ namespace, bwrap, root, top, readOnly, writable, env, limits }: Plan): string[] {
  const scratch = ["--size", String(limits.scratch), "--perms", "1777", "--tmpfs"];
  return [
    bwrap,
    ...(namespace === undefined
      ? ["--unshare-user", "--disable-userns"]
      : ["--userns", namespaceDescriptor, "--assert-userns-disabled"]),
    // Closes it before the program starts, which the option above does not.
    ...["--sync-fd", namespaceDescriptor],
    ...["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...["--uid", String(userInside), "--gid", String(userInside), "--hostname", "sandbox"],
    ...["--cap-drop", "ALL", "--seccomp", filterDescriptor],
    ...["--new-session", "--die-with-parent"],
    ...["--clearenv", ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value])],
    ...top.flatMap(({ name, link }) =>
      link === undefined ? ["--ro-bind", join(root, name), `/${name}`] : ["--symlink", link, `/${name}`],
    ),
    ...["--proc", "/proc", ...devices, ...scratch, "/dev/shm", ...scratch, "/tmp"],
    ...readOnly.flatMap(({ source, target }) => ["--ro-bind", source, target]),
    ...writable.flatMap(({ source, target }) => ["--bind", source, target]),
    ...["--remount-ro", "/", "--chdir", "/"],
  ];
}

/** No terminals: a file system of pseudoterminals needs a user 0, and nothing here needs one. */
const devices = [
  ...["null", "zero", "full", "random", "urandom"].flatMap((name) => [
    "--dev-bind",
    `/dev/${name}`,
    `/dev/${name}`,
  ]),
  ...["--symlink", "/proc/self/fd", "/dev/fd"],
  ...["stdin", "stdout", "stderr"].flatMap((name, number) => [
    "--symlink",
    `/proc/self/fd/${number}`,
    `/dev/${name}`,
  ]),
];
