export { hostFiles, type HostFiles } from "./files.ts";
export { hostConfigFor, type HostConfigOptions, type HostExtension, type HostImage } from "./for-hosts.ts";
export type { HostConfig, HostFile, HostUnit } from "./host-config.ts";
export { formatButane, formatIgnition } from "./render.ts";
export { formatScript } from "./script.ts";
export { extensionLink, imageFolder, transferFile, transferFolder } from "./transfer.ts";
