/** Architectures, in systemd's spelling; others are used only where another program needs them. */
export const architectures = ["x86-64", "arm64"] as const;
export type Architecture = (typeof architectures)[number];

/** How other programs spell an architecture. */
interface ArchitectureSpelling {
  /** Debian's, for packages. */
  debian: string;
  /** OCI's, for `docker buildx --platform`. */
  platform: string;
  /** Node's `process.arch`. */
  node: string;
  /** QEMU's user-mode emulator. */
  emulator: string;
  /** What file(1) calls an ELF file of it. */
  elf: string;
}

export const spellings = {
  "x86-64": {
    debian: "amd64",
    platform: "linux/amd64",
    node: "x64",
    emulator: "qemu-x86_64-static",
    elf: "x86-64",
  },
  arm64: {
    debian: "arm64",
    platform: "linux/arm64",
    node: "arm64",
    emulator: "qemu-aarch64-static",
    elf: "ARM aarch64",
  },
} as const satisfies Record<Architecture, ArchitectureSpelling>;

/** The architecture that this process runs on. */
export function nativeArchitecture(): Architecture {
  return spellings.arm64.node === process.arch ? "arm64" : "x86-64";
}
