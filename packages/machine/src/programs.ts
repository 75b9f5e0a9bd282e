/** A program, or another file, that the machine has or gets from a Debian package. */
export interface ProgramSource {
  /** Debian packages that contain it; the first one that the machine's apt knows is installed. */
  readonly packages: readonly [string, ...string[]];
  /** What it is for, as the end of "it is needed to ...". */
  readonly purpose: string;
  /** Where it is, if it is no program on PATH. */
  readonly file?: string;
}

/** Programs by name: the name on PATH, or any name where `file` says which file it is. */
export type ProgramTable<Name extends string = string> = Readonly<Record<Name, ProgramSource>>;

const table = {
  "apt-cache": { packages: ["apt"], purpose: "read the package indexes of Debian" },
  "apt-get": { packages: ["apt"], purpose: "fetch the package indexes of Debian with their signatures" },
  "dpkg-deb": { packages: ["dpkg"], purpose: "unpack Debian packages" },
  flock: { packages: ["util-linux"], purpose: "keep two kilns from working in the same folder" },
  setsid: {
    packages: ["util-linux"],
    purpose: "start a Docker engine that keeps running after this command",
  },
  mksquashfs: { packages: ["squashfs-tools"], purpose: "write the images" },
  tar: { packages: ["tar"], purpose: "pack the container's layers, and disk images of Google Cloud" },
  skopeo: { packages: ["skopeo"], purpose: "push the container to a registry" },
  bwrap: { packages: ["bubblewrap"], purpose: "contain the programs that kiln did not write" },
  unsquashfs: { packages: ["squashfs-tools"], purpose: "read the images back" },
  file: { packages: ["file"], purpose: "detect the architecture of a program" },
  mmdebstrap: { packages: ["mmdebstrap"], purpose: "build the base image from Debian's archive" },
  "qemu-aarch64-static": { packages: ["qemu-user-static"], purpose: "run finished arm64 programs" },
  "qemu-x86_64-static": { packages: ["qemu-user-static"], purpose: "run finished x86-64 programs" },
  "systemd-nspawn": { packages: ["systemd-container"], purpose: "boot a host" },
  ip: { packages: ["iproute2"], purpose: "create the network interfaces of a host" },
  "qemu-img": { packages: ["qemu-utils"], purpose: "read and write disk images of every vendor" },
  sfdisk: { packages: ["fdisk"], purpose: "read the partitions of a disk image" },
  blkid: { packages: ["util-linux"], purpose: "detect the file system of a partition" },
  mdir: { packages: ["mtools"], purpose: "detect the architecture of a disk image from its boot loader" },
  dumpe2fs: { packages: ["e2fsprogs"], purpose: "read the free space of a file system" },
  e2fsck: { packages: ["e2fsprogs"], purpose: "check the file system of a disk image" },
  debugfs: { packages: ["e2fsprogs"], purpose: "write into the file system of a disk image" },
  bzip2: { packages: ["bzip2"], purpose: "decompress disk images" },
  zstd: { packages: ["zstd"], purpose: "decompress disk images" },
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
  docker: { packages: ["docker-cli", "docker.io"], purpose: "talk to the Docker engine" },
  dockerd: { packages: ["docker.io"], purpose: "run the builds in containers" },
  "debian-archive-keyring": {
    packages: ["debian-archive-keyring"],
    purpose: "verify the signatures of Debian's archive",
    file: "/usr/share/keyrings/debian-archive-keyring.gpg",
  },
} as const satisfies ProgramTable;

/** A program that kiln itself needs. */
export type Program = keyof typeof table;

/** The programs that kiln itself needs. What only tests need is in the testbed. */
export const programs: ProgramTable<Program> = table;
