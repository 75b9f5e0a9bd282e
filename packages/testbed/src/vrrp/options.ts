/** What the nodes of a network agree on. */
export interface VrrpOptions {
  /** Addresses that move, the first one at least; all of one family unless the runtime can do more. */
  readonly addresses: readonly [string, ...string[]];
  /** In seconds. */
  readonly advertInterval: number;
  readonly unicast?: boolean;
  readonly noPreempt?: boolean;
  /** Lowers a node's priority while it is unhealthy. */
  readonly check?: boolean;
  /**
   * An interface with the virtual router's own hardware address; `no_accept` lets nftables drop what is sent
   * to it.
   */
  readonly vmac?: "accept" | "no_accept";
  readonly password?: string;
}

/** What a runtime needs to know about the node that it starts keepalived on. */
export interface NodePlace {
  readonly name: string;
  /** Its own addresses. */
  readonly address: string;
  readonly address6: string;
  readonly priority: number;
  /** The others' addresses. */
  readonly peers: readonly { readonly address: string; readonly address6: string }[];
  /** A path inside, as seen from here. */
  outside(path: string): string;
}

/** The interface of every node. */
export const device = "eth0";
export const routerId = 51;
export const prefixLength = { inet: 24, inet6: 64 } as const;
/** Subtracted from a node's priority while it is unhealthy: more than the range of priorities. */
export const checkWeight = 150;
/** How a node reports its health: a file for scripts, a port for requests. */
export const healthFile = "/run/healthy";
export const healthPort = 6443;
export const healthCertificate = "/run/health.crt";
export const healthKey = "/run/health.key";
