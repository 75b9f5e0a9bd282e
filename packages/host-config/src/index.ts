export { hostConfig } from "./assemble.ts";
export { formatButane } from "./butane.ts";
export { hostFiles, type HostFiles } from "./files.ts";
export { hostConfigFor, type HostConfigForOptions, type HostImage } from "./for-image.ts";
export type { FirstImage, HostConfig, HostConfigOptions } from "./host-config.ts";
export { formatIgnition } from "./ignition.ts";
export { extensionLink, imageFolder } from "./transfer.ts";
