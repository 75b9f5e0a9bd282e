import { architectures, type Architecture } from "@sysext-kiln/extension";
import type { OpenImage } from "./image-file-system.ts";
import { imagePath } from "./image-in-sandbox.ts";

/** A partition from which systemd-sysext merges files. */
export interface ImagePartition {
  offset: number;
  /** Whether it becomes /usr, so that its paths lack this folder. */
  isUsr: boolean;
  /** Whether hosts can verify it, by hashes in another partition. */
  hasVerity: boolean;
  /** The architecture that its type names; undefined if it is for any use. */
  architecture: Architecture | undefined;
}

/** Types of partitions (UAPI Group, Discoverable Partitions Specification), in lower case. */
const types = {
  "x86-64": {
    usr: "8484680c-9521-48c6-9c11-b0720656f69e",
    root: "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",
    verity: ["77ff5f63-e7b6-4633-acf4-1565b864c0e6", "2c7357ed-ebd2-46d9-aec1-23d437ec2bf5"],
  },
  arm64: {
    usr: "b0e01050-ee5f-4390-949a-9101b17104e9",
    root: "b921b045-1df0-41c3-af44-4c6f280d3fae",
    verity: ["6e11a4e7-fbca-4ded-b9e9-e1a512bb664e", "df3300ce-d69f-4c92-978c-9bfb0f38d820"],
  },
} as const satisfies Record<Architecture, object>;

/** A partition for Linux that says nothing about its use; in an MBR, systemd requires that it is bootable. */
const generic = { gpt: "0fc63daf-8483-4772-8e79-3d69d8477de4", mbr: "0x83", bootable: "0x80" };

/** The sectors of which partx counts, whatever those of the disk are, in bytes. */
const countedSector = 512;
const largeSector = 4096;

/**
 * The partition of an image that has the extension-release file on hosts of an architecture: /usr, otherwise the root,
 * otherwise one of these for another architecture, otherwise the only generic one; undefined if there is none.
 */
export async function partitionFor(
  architecture: Architecture,
  { file, read }: OpenImage,
): Promise<ImagePartition | undefined> {
  const { buffer } = await file.read(Buffer.alloc(8), 0, 8, largeSector);
  const sectorSize = buffer.toString("latin1") === "EFI PART" ? largeSector : countedSector;
  const columns = ["--pairs", "--output", "START,TYPE,FLAGS"];
  const { stdout } = await read(["partx", ...columns, "--sector-size", String(sectorSize), imagePath]);
  const lines = stdout.matchAll(/^START="(\d+)" TYPE="([^"]*)" FLAGS="([^"]*)"$/gm);
  const found = [...lines].map(([, start, type = "", flags = ""]) => ({
    offset: Number(start) * countedSector,
    type: type.toLowerCase(),
    flags,
  }));
  const ofType = (wanted: string) => found.find(({ type }) => type === wanted);
  for (const one of [architecture, ...architectures]) {
    const { usr, root, verity } = types[one];
    const partition = ofType(usr) ?? ofType(root);
    if (partition === undefined) continue;
    const hasVerity = verity.some((type) => ofType(type) !== undefined);
    return { offset: partition.offset, isUsr: partition.type === usr, hasVerity, architecture: one };
  }
  const [only, ...others] = found.filter(
    ({ type, flags }) => type === generic.gpt || (type === generic.mbr && flags === generic.bootable),
  );
  if (only === undefined || others.length > 0) return undefined;
  return { offset: only.offset, isUsr: false, hasVerity: false, architecture: undefined };
}
