export { buildImage, type BuildOptions } from "./build-image.ts";
export { buildRecordSchema, formatBuildRecord, type BuildRecord, type Image } from "./build-record.ts";
