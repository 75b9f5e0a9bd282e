/** The machines that a filter can be made for, by Node's names of them. */
export type Machine = "x64" | "arm64";

/**
 * The number of a system call on each machine; undefined where the machine has no such call
 * (Linux, `arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`).
 */
type Numbers = readonly [x64: number, arm64: number | undefined];

/**
 * What no program needs that only reports about itself or converts a file: calls that change mounts,
 * namespaces or the whole machine, look into other processes, or open large parts of the kernel that have no
 * namespaces. Most of them also need a capability that nothing in the sandbox has; the filter holds where the
 * kernel's check has a fault.
 */
const denied = {
  // Mounts and roots
  chroot: [161, 51],
  fsconfig: [431, 431],
  fsmount: [432, 432],
  fsopen: [430, 430],
  fspick: [433, 433],
  mount: [165, 40],
  mount_setattr: [442, 442],
  move_mount: [429, 429],
  open_tree: [428, 428],
  open_tree_attr: [467, 467],
  pivot_root: [155, 41],
  umount2: [166, 39],
  // Files by handle, which ignore the root directory
  name_to_handle_at: [303, 264],
  open_by_handle_at: [304, 265],
  // Namespaces
  setns: [308, 268],
  unshare: [272, 97],
  // Other processes
  kcmp: [312, 272],
  pidfd_getfd: [438, 438],
  process_madvise: [440, 440],
  process_vm_readv: [310, 270],
  process_vm_writev: [311, 271],
  ptrace: [101, 117],
  // Keys, which belong to a user and not to a namespace
  add_key: [248, 217],
  keyctl: [250, 219],
  request_key: [249, 218],
  // The whole machine
  acct: [163, 89],
  adjtimex: [159, 171],
  clock_adjtime: [305, 266],
  clock_settime: [227, 112],
  delete_module: [176, 106],
  finit_module: [313, 273],
  init_module: [175, 105],
  ioperm: [173, undefined],
  iopl: [172, undefined],
  kexec_file_load: [320, 294],
  kexec_load: [246, 104],
  quotactl: [179, 60],
  quotactl_fd: [443, 443],
  reboot: [169, 142],
  setdomainname: [171, 162],
  sethostname: [170, 161],
  settimeofday: [164, 170],
  swapoff: [168, 225],
  swapon: [167, 224],
  syslog: [103, 116],
  uselib: [134, undefined],
  vhangup: [153, 58],
  // Large parts of the kernel, and where exploits begin
  bpf: [321, 280],
  fanotify_init: [300, 262],
  io_uring_enter: [426, 426],
  io_uring_register: [427, 427],
  io_uring_setup: [425, 425],
  lookup_dcookie: [212, 18],
  perf_event_open: [298, 241],
  userfaultfd: [323, 282],
} as const satisfies Record<string, Numbers>;

/** What is denied for some of its arguments, or with another error. */
const examined = {
  clone: [56, 220],
  clone3: [435, 435],
  ioctl: [16, 29],
  prlimit64: [302, 261],
  setrlimit: [160, 164],
  socket: [41, 198],
} as const satisfies Record<string, Numbers>;

const index = { x64: 0, arm64: 1 } as const;

/** The numbers of the calls that are denied whatever their arguments. */
export function deniedCalls(machine: Machine): number[] {
  const numbers: Numbers[] = Object.values(denied);
  return numbers.map((pair) => pair[index[machine]]).filter((number) => number !== undefined);
}

/** The numbers of the calls whose arguments decide. */
export function examinedCalls(machine: Machine): Record<keyof typeof examined, number> {
  const at = index[machine];
  const { clone, clone3, ioctl, prlimit64, setrlimit, socket } = examined;
  return {
    clone: clone[at],
    clone3: clone3[at],
    ioctl: ioctl[at],
    prlimit64: prlimit64[at],
    setrlimit: setrlimit[at],
    socket: socket[at],
  };
}
