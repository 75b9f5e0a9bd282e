import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** A program, or another file, and the Debian package that provides it. */
export interface ProgramSource {
  /** Debian packages that contain it; the first one that this machine's apt knows is installed. */
  packages: readonly [string, ...string[]];
  /** What it is for; completes "it is needed to ...". */
  purpose: string;
  /** Its path, if it is not a program on PATH. */
  file?: string;
}

/** Programs by their name on PATH. An entry with a `file` can have any name. */
export type ProgramTable<Name extends string = string> = Readonly<Record<Name, ProgramSource>>;

const table = {
  "apt-cache": { packages: ["apt"], purpose: "read the package indexes of Debian" },
  "apt-get": { packages: ["apt"], purpose: "fetch the package indexes of Debian with their signatures" },
  "dpkg-deb": { packages: ["dpkg"], purpose: "unpack Debian packages" },
  flock: { packages: ["util-linux"], purpose: "lock folders against other kiln processes" },
  setsid: {
    packages: ["util-linux"],
    purpose: "start a Docker engine that keeps running after this command",
  },
  mksquashfs: { packages: ["squashfs-tools"], purpose: "write the images" },
  tar: { packages: ["tar"], purpose: "create archives, and disk images for Google Cloud" },
  git: { packages: ["git"], purpose: "read which commit is checked out in a folder with sources" },
  gpgv: { packages: ["gpgv"], purpose: "verify the signatures of upstreams" },
  xz: { packages: ["xz-utils"], purpose: "decompress disk images, and archives of upstreams" },
  skopeo: { packages: ["skopeo"], purpose: "push the container to a registry" },
  bwrap: { packages: ["bubblewrap"], purpose: "run untrusted programs in a sandbox" },
  unsquashfs: { packages: ["squashfs-tools"], purpose: "read images" },
  "dump.erofs": { packages: ["erofs-utils"], purpose: "read images of others in erofs" },
  file: { packages: ["file"], purpose: "detect the architecture of a program" },
  mmdebstrap: { packages: ["mmdebstrap"], purpose: "build the base image from Debian's archive" },
  "qemu-aarch64-static": { packages: ["qemu-user-static"], purpose: "run arm64 programs" },
  "qemu-x86_64-static": { packages: ["qemu-user-static"], purpose: "run x86-64 programs" },
  "systemd-nspawn": { packages: ["systemd-container"], purpose: "boot a host" },
  ip: { packages: ["iproute2"], purpose: "create the network interfaces of a host" },
  "qemu-img": { packages: ["qemu-utils"], purpose: "convert disk images between formats" },
  partx: { packages: ["util-linux"], purpose: "read the partitions of an image" },
  blkid: { packages: ["util-linux"], purpose: "detect the file system of an image" },
  mdir: { packages: ["mtools"], purpose: "detect the architecture of a disk image from its boot loader" },
  dumpe2fs: { packages: ["e2fsprogs"], purpose: "read the free space of a file system" },
  e2fsck: { packages: ["e2fsprogs"], purpose: "check the file system of a disk image" },
  debugfs: { packages: ["e2fsprogs"], purpose: "write into the file system of a disk image" },
  bzip2: { packages: ["bzip2"], purpose: "decompress disk images, and archives of upstreams" },
  zstd: { packages: ["zstd"], purpose: "decompress disk images, and archives of upstreams" },
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

/** The name of a program that kiln itself needs. */
export type Program = keyof typeof table;

/** The programs that kiln itself needs. The testbed has a table of what only tests need. */
export const programs: ProgramTable<Program> = table;

// A normal user's PATH on Debian lacks the sbin folders, which contain programs such as dockerd.
const systemFolders = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

/** The path of a program, looked up without starting one; undefined if this machine does not have it. */
export function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute), ...systemFolders];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** Whether a path is a file that this process may execute. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
