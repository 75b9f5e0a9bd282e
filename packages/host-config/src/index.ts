export { hostFiles, type HostFiles } from "./files.ts";
export { hostConfigFor, type HostConfigForOptions, type HostImage } from "./for-image.ts";
export type { HostConfig, HostUnit } from "./host-config.ts";
export { formatButane, formatIgnition } from "./render.ts";
export { extensionLink, imageFolder } from "./transfer.ts";
