export type { UnverifiedSource } from "./image-config.ts";
export { buildContainer, type ContainerOptions } from "./build.ts";
export { requireOwnFolder, type BuiltContainer } from "./layout.ts";
export { pushContainer, type PushedContainer } from "./push.ts";
export { openRegistry, type Registry } from "./registry.ts";
