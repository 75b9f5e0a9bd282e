export { withBareMachine, type BareMachine } from "./bare-machine/bare-machine.ts";
export { startArchive, type TestArchive } from "./debian/archive.ts";
export type { PackageContents } from "./debian/package.ts";
export { hostSuites, type HostSuite } from "./host/base-tree.ts";
export { describeOnHosts } from "./host/describe.ts";
export { bootHost, type Host, type HostOptions } from "./host/host.ts";
export { openNetwork, type HostNetwork } from "./host/network.ts";
export { tinyProgram } from "./tiny-program.ts";
