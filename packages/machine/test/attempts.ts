import type { Call } from "./call-program.ts";

/** What a hostile program may try to reach on the machine. */
export interface Surroundings {
  /** A process of root. */
  victim: number;
  /** A file that only root may read, in a folder that everybody may enter. */
  secret: string;
  /** The port of a TCP server on the loopback interface. */
  port: number;
  /** A socket file, like Docker's. */
  socket: string;
  /** The name of an abstract socket, which is in no file system. */
  abstractSocket: string;
  /** The program's root folder, as a prefix. */
  root: string;
  /** A folder that the program may write to. */
  scratch: string;
}

/** What a program tries with its last call, and the errors (errno(3)) with which the sandbox refuses it. */
export interface Attempt {
  /** Completes "root can" and "no program can". */
  name: string;
  calls: (machine: Surroundings) => Call[];
  refusals: readonly string[];
}

const AT_FDCWD = -100;
const O_WRONLY = 1;
const SIGCHLD = 17;
const flags = { NEWNS: 0x20000, NEWNET: 0x40000000, NEWUSER: 0x10000000, NEWPID: 0x20000000 };
const MS_REMOUNT_BIND = 0x1020;
const SIOCGIFINDEX = 0x8933;

const opens =
  (path: (machine: Surroundings) => string, how = 0) =>
  (machine: Surroundings): Call[] => [["openat", AT_FDCWD, path(machine), how]];

const connects =
  (family: number, address: (machine: Surroundings) => string) =>
  (machine: Surroundings): Call[] => {
    const bytes = String.fromCharCode(family, 0) + address(machine);
    return [
      ["socket", family, 1, 0],
      ["connect", { resultOf: 0 }, bytes, bytes.length],
    ];
  };

/** The attributes of a map with one number (union bpf_attr: type, sizes of key and value, entries). */
const arrayOfOne = "\x02\0\0\0\x04\0\0\0\x04\0\0\0\x01\0\0\0";

const bigEndian = (port: number) => String.fromCharCode(port >> 8, port & 255);

export const attempts: readonly Attempt[] = [
  { name: "change its root", calls: () => [["chroot", "/usr"]], refusals: ["EPERM"] },
  {
    name: "mount a file system",
    calls: ({ scratch }) => [["mount", "none", scratch, "tmpfs", 0, 0]],
    refusals: ["EPERM"],
  },
  {
    name: "make its root writable",
    calls: () => [["mount", 0, "/", 0, MS_REMOUNT_BIND, 0]],
    refusals: ["EPERM"],
  },
  { name: "unmount what covers something", calls: () => [["umount2", "/proc", 2]], refusals: ["EPERM"] },
  {
    name: "make a block device",
    calls: ({ scratch }) => [["mknodat", AT_FDCWD, `${scratch}/disk`, 0o60_600, 0x800]],
    refusals: ["EPERM"],
  },
  {
    name: "delete a file of its root",
    calls: ({ root }) => [["unlinkat", AT_FDCWD, `${root}/usr/doomed`, 0]],
    refusals: ["EROFS"],
  },
  { name: "read a file of the machine", calls: opens(({ secret }) => secret), refusals: ["ENOENT"] },
  {
    name: "read a file in its root that only root may read",
    calls: opens(({ root }) => `${root}/usr/secret`),
    refusals: ["EACCES"],
  },

  { name: "trace a process", calls: () => [["ptrace", 0, 0, 0, 0]], refusals: ["EPERM"] },
  {
    name: "read another process's memory",
    calls: ({ victim }) => [["process_vm_readv", victim, 0, 0, 0, 0, 0]],
    refusals: ["EPERM"],
  },
  {
    name: "see another process",
    calls: opens(({ victim }) => `/proc/${victim}/environ`),
    refusals: ["ENOENT"],
  },
  {
    name: "reach the machine's root through /proc",
    calls: opens(({ victim, secret }) => `/proc/${victim}/root${secret}`),
    refusals: ["ENOENT", "EACCES"],
  },
  {
    name: "choose the program that handles crashes",
    calls: opens(() => "/proc/sys/kernel/core_pattern", O_WRONLY),
    refusals: ["EROFS", "EACCES"],
  },
  {
    name: "change a setting of the kernel",
    calls: opens(() => "/proc/sys/vm/overcommit_memory", O_WRONLY),
    refusals: ["EROFS", "EACCES"],
  },
  { name: "signal another process", calls: ({ victim }) => [["kill", victim, 0]], refusals: ["ESRCH"] },

  { name: "make a user namespace", calls: () => [["unshare", flags.NEWUSER]], refusals: ["EPERM"] },
  { name: "make a mount namespace", calls: () => [["unshare", flags.NEWNS]], refusals: ["EPERM"] },
  {
    name: "start a process in a user namespace",
    calls: () => [["clone", flags.NEWUSER | SIGCHLD, 0, 0, 0, 0]],
    refusals: ["EPERM"],
  },
  {
    name: "join the network of another process",
    calls: ({ victim }) => [
      ["openat", AT_FDCWD, `/proc/${victim}/ns/net`, 0],
      ["setns", { resultOf: 0 }, flags.NEWNET],
    ],
    refusals: ["EPERM"],
  },
  { name: "become root", calls: () => [["setresuid", 0, 0, 0]], refusals: ["EINVAL", "EPERM"] },
  { name: "use a capability", calls: () => [["prctl", 24, 21, 0, 0, 0]], refusals: ["EPERM"] },

  {
    name: "connect to the machine's loopback",
    calls: connects(2, ({ port }) => `${bigEndian(port)}\x7f\0\0\x01${"\0".repeat(8)}`),
    refusals: ["ECONNREFUSED"],
  },
  {
    name: "connect to an abstract socket",
    calls: connects(1, ({ abstractSocket }) => `\0${abstractSocket}`),
    refusals: ["ECONNREFUSED"],
  },
  { name: "connect to Docker's socket", calls: connects(1, ({ socket }) => socket), refusals: ["ENOENT"] },
  { name: "send raw packets", calls: () => [["socket", 17, 3, 0x0300]], refusals: ["EAFNOSUPPORT"] },

  {
    name: "ask a socket that it has for an interface of the machine",
    calls: () => [["ioctl", 1, SIOCGIFINDEX, `lo${"\0".repeat(38)}`]],
    refusals: ["ENOTTY"],
  },

  {
    name: "keep a map of BPF in the kernel",
    calls: () => [["bpf", 0, arrayOfOne, arrayOfOne.length]],
    refusals: ["EPERM"],
  },
  { name: "use the keys of its user", calls: () => [["keyctl", 0, -3, 1]], refusals: ["EPERM"] },
  { name: "use a descriptor that kiln inherited", calls: () => [["fcntl", 9, 1]], refusals: ["EBADF"] },
];
