export { imageContents, joinContents, type Contents } from "./contents.ts";
export { compressionOfName, withoutCompression } from "./disk/compression.ts";
export { diskFormats, type DiskFormat } from "./disk/format.ts";
export { writeDisk, type Output } from "./disk/write.ts";
export { addContents, openDisk, unpackDisk, type OpenDisk, type UnpackedDisk } from "./open-disk.ts";
export { bakingPrograms } from "./tool.ts";
