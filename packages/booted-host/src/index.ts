export { baseTree } from "./base-tree.ts";
export type { Storage } from "./container.ts";
export { bootHost, whyNoHosts, type Command, type Host, type HostOptions } from "./host.ts";
export {
  hostSuites,
  reloadsAfterMerge,
  suiteOfSystemd,
  systemdVersions,
  usualSystemd,
  type HostSuite,
  type SystemdVersion,
} from "./host-suite.ts";
export { openLan, type Lan } from "./lan.ts";
export { openNamespace, type Namespace } from "./namespace.ts";
export { addInterface, openNetwork, type HostNetwork } from "./network.ts";
export { runVirtualMachine } from "./virtual-machine.ts";
export { waitUntil } from "./wait.ts";
