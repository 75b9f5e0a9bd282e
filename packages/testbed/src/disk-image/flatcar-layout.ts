/** A partition of a disk, in sectors of 512 bytes. */
export interface LayoutPartition {
  number: number;
  name: string;
  /** The GUID of its type. */
  type: string;
  sectors: number;
  /** The GUID of the partition itself, if it is fixed. */
  uuid?: string;
}

const types = {
  efi: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B",
  biosBoot: "21686148-6449-6E6F-744E-656564454649",
  usr: "5DFBF5F4-2848-4BAC-AA5E-0D9A20B745A6",
  data: "0FC63DAF-8483-4772-8E79-3D69D8477DE4",
  reserved: "C95DC21A-DF0E-4340-8D7B-26CBFA9A03E0",
  resize: "3884DD41-8582-4404-B9A8-E9B84F2DF50E",
};

/**
 * The partitions of Flatcar's generic disk image, as its documentation ("Disk layout", "Constants and IDs")
 * and its build (flatcar/scripts, build_library/disk_layout.json, layout `base`) have them. Numbers 5 and 8
 * are left free.
 */
export const flatcarLayout: readonly LayoutPartition[] = [
  { number: 1, name: "EFI-SYSTEM", type: types.efi, sectors: 2_097_152 },
  { number: 2, name: "BIOS-BOOT", type: types.biosBoot, sectors: 4096 },
  {
    number: 3,
    name: "USR-A",
    type: types.usr,
    sectors: 4_194_304,
    uuid: "7130C94A-213A-4E5A-8E26-6CCE9662F132",
  },
  {
    number: 4,
    name: "USR-B",
    type: types.usr,
    sectors: 4_194_304,
    uuid: "E03DD35C-7C2D-4A47-B3FE-27F15780A57C",
  },
  { number: 6, name: "OEM", type: types.data, sectors: 2_097_152 },
  { number: 7, name: "OEM-CONFIG", type: types.reserved, sectors: 131_072 },
  { number: 9, name: "ROOT", type: types.resize, sectors: 3_653_632 },
];

/** Partitions begin at multiples of this many sectors. */
export const alignment = 4096;

/** The number of a disk's sectors is a multiple of this: of the alignment, and of a VHD's cylinders. */
export const diskAlignment = 258_048;

/** The GUID of a disk that was never booted; the first boot replaces it with a random one. */
export const diskId = "00000000-0000-0000-0000-000000000001";

/** The same partitions with a fraction of their sizes, for tests that are about something else. */
export function smallLayout(rootMegabytes: number): LayoutPartition[] {
  return flatcarLayout.map((partition) => ({
    ...partition,
    sectors: partition.name === "ROOT" ? rootMegabytes * 2048 : Math.min(partition.sectors, 2 * alignment),
  }));
}
