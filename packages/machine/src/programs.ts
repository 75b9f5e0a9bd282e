/** A program (or a file) of the machine that some command needs. */
interface Entry {
  /** Debian packages that bring it; the first one that the machine's apt knows is installed. */
  readonly packages: readonly [string, ...string[]];
  /** What it is for, as the end of "it is needed to ...". */
  readonly purpose: string;
  /** Where it is, if it is no program on PATH. */
  readonly file?: string;
}

const table = {
  "apt-cache": { packages: ["apt"], purpose: "read the package indexes of Debian" },
  "apt-get": { packages: ["apt"], purpose: "fetch the package indexes of Debian with their signatures" },
  "dpkg-deb": { packages: ["dpkg"], purpose: "unpack Debian packages" },
  flock: { packages: ["util-linux"], purpose: "keep two kilns apart" },
  setsid: { packages: ["util-linux"], purpose: "start a Docker engine that outlives this command" },
  mksquashfs: { packages: ["squashfs-tools"], purpose: "write the images" },
  tar: { packages: ["tar"], purpose: "pack the container's layers, and disk images of Google Cloud" },
  skopeo: { packages: ["skopeo"], purpose: "push the container to a registry" },
  unsquashfs: { packages: ["squashfs-tools"], purpose: "read the images back" },
  file: { packages: ["file"], purpose: "tell the architecture of a program" },
  mmdebstrap: { packages: ["mmdebstrap"], purpose: "make the base image from Debian's archive" },
  "qemu-aarch64-static": { packages: ["qemu-user-static"], purpose: "run finished arm64 programs" },
  "qemu-x86_64-static": { packages: ["qemu-user-static"], purpose: "run finished x86-64 programs" },
  "systemd-analyze": { packages: ["systemd"], purpose: "compare our order of versions with systemd's" },
  "apt-ftparchive": { packages: ["apt-utils"], purpose: "make an archive for tests" },
  git: { packages: ["git"], purpose: "pack sources in tests as GitHub does" },
  gpg: { packages: ["gnupg"], purpose: "sign an archive for tests" },
  gpgv: { packages: ["gpgv"], purpose: "check our signatures as hosts do, in a test" },
  "systemd-nspawn": { packages: ["systemd-container"], purpose: "boot a host" },
  ip: { packages: ["iproute2"], purpose: "give the network of a host its interfaces" },
  nft: { packages: ["nftables"], purpose: "look in a test at the rules of a firewall" },
  ping: { packages: ["iputils-ping"], purpose: "measure in a test how long an address is out of reach" },
  openssl: { packages: ["openssl"], purpose: "make a certificate for a server of a test" },
  "docker-registry": { packages: ["docker-registry"], purpose: "push the container somewhere in a test" },
  runc: { packages: ["runc"], purpose: "run the container in a test" },
  "ignition-validate": { packages: ["ignition"], purpose: "check the configurations of hosts" },
  "ansible-playbook": { packages: ["ansible-core"], purpose: "render templates as operators do, in a test" },
  strace: { packages: ["strace"], purpose: "kill a publisher at each of its steps, in a test" },
  "qemu-img": { packages: ["qemu-utils"], purpose: "read and write disk images of every vendor" },
  sfdisk: { packages: ["fdisk"], purpose: "read the partitions of a disk image" },
  blkid: { packages: ["util-linux"], purpose: "tell the file system of a partition" },
  mdir: { packages: ["mtools"], purpose: "tell the architecture of a disk image by its boot loader" },
  dumpe2fs: { packages: ["e2fsprogs"], purpose: "tell how much room a file system has" },
  e2fsck: { packages: ["e2fsprogs"], purpose: "check the file system of a disk image" },
  debugfs: { packages: ["e2fsprogs"], purpose: "write into the file system of a disk image" },
  bzip2: { packages: ["bzip2"], purpose: "unpack disk images" },
  zstd: { packages: ["zstd"], purpose: "unpack disk images" },
  "qemu-system-x86_64": { packages: ["qemu-system-x86"], purpose: "boot a disk image for x86-64" },
  "qemu-system-aarch64": { packages: ["qemu-system-arm"], purpose: "boot a disk image for arm64" },
  "firmware for x86-64": {
    packages: ["ovmf"],
    purpose: "boot a disk image for x86-64",
    file: "/usr/share/OVMF/OVMF_CODE_4M.fd",
  },
  "firmware for arm64": {
    packages: ["qemu-efi-aarch64"],
    purpose: "boot a disk image for arm64",
    file: "/usr/share/AAVMF/AAVMF_CODE.fd",
  },
  mke2fs: { packages: ["e2fsprogs"], purpose: "make a disk image for tests" },
  mformat: { packages: ["mtools"], purpose: "make a disk image for tests" },
  mmd: { packages: ["mtools"], purpose: "make a disk image for tests" },
  mcopy: { packages: ["mtools"], purpose: "make a disk image for tests" },
  docker: { packages: ["docker-cli", "docker.io"], purpose: "talk to the Docker engine" },
  dockerd: { packages: ["docker.io"], purpose: "run the builds in containers" },
  "debian-archive-keyring": {
    packages: ["debian-archive-keyring"],
    purpose: "check the signatures of Debian's archive",
    file: "/usr/share/keyrings/debian-archive-keyring.gpg",
  },
} as const satisfies Record<string, Entry>;

/** The programs that kiln knows how to get. */
export type Program = keyof typeof table;

/** The programs that kiln knows how to get, with the Debian packages that bring them and what they are for. */
export const programs: Readonly<Record<Program, Entry>> = table;
