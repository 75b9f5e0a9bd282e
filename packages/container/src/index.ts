export { buildContainer, type ContainerOptions } from "./build.ts";
export type { BuiltContainer } from "./layout.ts";
export { pushContainer, type PushedContainer } from "./push.ts";
