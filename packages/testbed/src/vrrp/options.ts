export interface CheckTimes {
  /** Seconds between two checks. */
  interval: number;
  /** Consecutive failures after which a node is unhealthy. */
  fall: number;
  /** Consecutive successes after which it is healthy again; by default what the documentation recommends. */
  rise?: number;
}

/** The settings that all nodes of a network share. */
export interface VrrpOptions {
  /** The virtual addresses; all of one family unless the runtime supports both. */
  addresses: readonly [string, ...string[]];
  /** In seconds. */
  advertInterval: number;
  unicast?: boolean;
  noPreempt?: boolean;
  /** Lowers a node's priority while it is unhealthy. */
  check?: boolean;
  /** One second, one failure and one success by default. */
  checkTimes?: CheckTimes;
  /**
   * An interface with the virtual router's own hardware address; `no_accept` lets nftables drop what is sent
   * to it.
   */
  vmac?: "accept" | "no_accept";
  password?: string;
  hmac?: HmacOptions;
}

/** Authentication by HMAC, which keepalived has from 2.4 on (keepalived.conf(5), "auth_hmac"). */
export interface HmacOptions {
  mode: "receive-only" | "permissive" | "enforce";
  /** The keys of the slots 1 and 2, as in a file that keepalived reads. */
  keys: readonly string[];
  /** The slot of the key that signs; 1 by default. */
  active?: number;
}

/** What a runtime needs to know about the node on which it starts keepalived. */
export interface NodeDescription {
  name: string;
  /** Its own addresses. */
  address: string;
  address6: string;
  priority: number;
  /** The addresses of the other nodes. */
  peers: readonly { address: string; address6: string }[];
  /** A path inside, as seen from here. */
  outside(path: string): string;
}

/** The interface of every node. */
export const device = "eth0";
export const routerId = 51;
export const prefixLength = { inet: 24, inet6: 64 } as const;
/** Subtracted from a node's priority while it is unhealthy: more than the range of priorities. */
export const checkWeight = 150;
export const quickCheck: CheckTimes = { interval: 1, fall: 1, rise: 1 };
/** What the documentation recommends, which is also the container's default. */
export const recommendedRise = 10;
/**
 * How a node reports its health: a file for scripts, a port for requests. It is healthy if the file exists,
 * and in half of the checks if the file contains `half`.
 */
export const healthFile = "/run/healthy";
export const healthPort = 6443;
export const healthCertificate = "/run/health.crt";
export const healthKey = "/run/health.key";
