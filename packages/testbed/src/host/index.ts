/** Booted hosts, for whoever has no test runner. */
export { whyNoHosts } from "./availability.ts";
export { baseTree, hostSuites, suiteOfSystemd, type HostSuite } from "./base-tree.ts";
export { bootHost, type Command, type Host, type HostOptions } from "./host.ts";
export { addInterface, openNetwork, type HostNetwork } from "./network.ts";
