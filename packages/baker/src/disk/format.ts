/** The formats of disk images that vendors accept. */
export const diskFormats = ["raw", "qcow2", "vmdk", "vhd", "vhdx", "vdi", "gcp"] as const;

/** `gcp` is a gzip-compressed tar archive of a raw `disk.raw`. */
export type DiskFormat = (typeof diskFormats)[number];

/** The formats that are not archives. */
export type PlainFormat = Exclude<DiskFormat, "gcp">;

/** QEMU's names of the formats. */
export const qemuFormats: Readonly<Record<PlainFormat, string>> = {
  raw: "raw",
  qcow2: "qcow2",
  vmdk: "vmdk",
  vhd: "vpc",
  vhdx: "vhdx",
  vdi: "vdi",
};

/** The sizes of sectors that disks have, in bytes. The header of a GPT is in the second sector. */
export const sectorSizes = [512, 4096] as const;
