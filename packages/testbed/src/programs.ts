import { ensureProgramsFrom, programs, type ProgramTable } from "@sysext-kiln/machine";

/** The programs that tests start in addition to those that kiln itself needs. */
const testPrograms = {
  "systemd-tmpfiles": { packages: ["systemd"], purpose: "copy default configuration in a test" },
  "systemd-analyze": { packages: ["systemd"], purpose: "check units in a test" },
  "apt-ftparchive": { packages: ["apt-utils"], purpose: "make an archive for tests" },
  git: { packages: ["git"], purpose: "pack sources in tests as GitHub does, and list the project's files" },
  gpg: { packages: ["gnupg"], purpose: "sign an archive for tests" },
  nft: { packages: ["nftables"], purpose: "read the rules of a firewall in a test" },
  ping: { packages: ["iputils-ping"], purpose: "measure in a test how long an address is unreachable" },
  openssl: { packages: ["openssl"], purpose: "make a certificate for a server of a test" },
  "docker-registry": { packages: ["docker-registry"], purpose: "push the container somewhere in a test" },
  getcap: { packages: ["libcap2-bin"], purpose: "read the capabilities of a file in a test" },
  runc: { packages: ["runc"], purpose: "run the container in a test" },
  "ignition-validate": { packages: ["ignition"], purpose: "check the configurations of hosts" },
  "ansible-playbook": { packages: ["ansible-core"], purpose: "render templates as operators do, in a test" },
  strace: { packages: ["strace"], purpose: "kill a publisher at each of its steps, in a test" },
  shellcheck: { packages: ["shellcheck"], purpose: "check the project's shell scripts" },
  mke2fs: { packages: ["e2fsprogs"], purpose: "make a disk image for tests" },
  "qemu-storage-daemon": {
    packages: ["qemu-system-common"],
    purpose: "record what a test writes to a disk",
  },
  "mkfs.erofs": { packages: ["erofs-utils"], purpose: "make an image for tests" },
  "mkfs.btrfs": { packages: ["btrfs-progs"], purpose: "make an image for tests" },
  sfdisk: { packages: ["fdisk"], purpose: "make a disk image for tests" },
  fdisk: { packages: ["fdisk"], purpose: "make a disk image for tests" },
  mformat: { packages: ["mtools"], purpose: "make a disk image for tests" },
  mmd: { packages: ["mtools"], purpose: "make a disk image for tests" },
  mcopy: { packages: ["mtools"], purpose: "make a disk image for tests" },
} as const satisfies ProgramTable;

const all = { ...programs, ...testPrograms };

/**
 * Makes sure that the machine has the programs that a test starts, and returns their paths. Missing ones are
 * installed with apt.
 * @throws KilnError `program-missing`
 */
export function ensureTestPrograms<Name extends keyof typeof all>(
  ...needs: readonly Name[]
): Promise<Record<Name, string>> {
  return ensureProgramsFrom<Name>(all, needs, () => undefined);
}
