export { buildImage, type BuildOptions } from "./build-image.ts";
export {
  buildRecordSchema,
  formatBuildRecord,
  parseBuildRecord,
  readBuildRecord,
  type BuildRecord,
  type Image,
} from "./build-record.ts";
export { checkImage } from "./image/check-image.ts";
export { inspectImage, type InspectedImage } from "./image/inspect-image.ts";
export { extractFromImage } from "./image/extract-from-image.ts";
export { runDockerfile, type Compilation } from "./compile/run-dockerfile.ts";
export { deliverImage } from "./image-cache.ts";
export { readSourceFolder, type SourceFolder } from "./source/source-folder.ts";
export { entriesOf, setModes } from "./tree/entries.ts";
export { addFile, addTree } from "./tree/add.ts";
