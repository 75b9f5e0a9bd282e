// A separate entry point, because only tests of the program on hosts need it.
export {
  openHostFolder,
  settledHost,
  statusOf,
  type HostFolder,
  type OfferedImage,
  type OfferedIndex,
} from "./host-folder.ts";
export { imageOf, type ImageOptions } from "./images.ts";
