import { BlockList, isIPv4, isIPv6, SocketAddress } from "node:net";
import { usage } from "./usage.ts";

/** An address that moves between nodes. */
export interface VirtualAddress {
  /** In its shortest form. */
  ip: string;
  family: Family;
  /** The length of its network's prefix; by default the container uses 32 or 128. */
  prefix: number | undefined;
}

export type Family = "ipv4" | "ipv6";

const longestPrefix = { ipv4: 32, ipv6: 128 } as const;

/**
 * Networks whose addresses cannot be assigned to a node: unspecified, loopback, multicast, reserved,
 * IPv4-mapped.
 */
const unusable = {
  ipv4: blockList("ipv4", ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"]),
  ipv6: blockList("ipv6", ["::/127", "::ffff:0:0/96", "ff00::/8"]),
};

/**
 * Parses addresses such as `192.0.2.10` or `192.0.2.10/24`.
 * @param prefix the prefix length of addresses without one
 * @throws KilnError `usage`
 */
export function parseVirtualAddresses(
  texts: readonly string[],
  prefix: string | undefined,
): VirtualAddress[] {
  if (texts.length === 0) throw usage("--ip with an address, such as 192.0.2.10/24", "none");
  const parts = texts.map((text) => text.split("/"));
  const families = new Set(parts.filter(([, own]) => own === undefined).map(([ip = ""]) => familyOf(ip)));
  if (prefix !== undefined && families.size > 1) {
    throw usage(
      "--prefix only with addresses of one family",
      texts.join(" "),
      "write each address as IP/PREFIX",
    );
  }
  const addresses = parts.map(([ip = "", own, ...more], index) => {
    const text = texts[index] ?? "";
    if (more.length > 0) throw notAnAddress(text);
    return addressOf(text, ip, own ?? prefix);
  });
  requireUnique(addresses.map(({ ip }) => ip));
  requireRoom(addresses);
  return addresses;
}

/**
 * Parses the nodes' own addresses.
 * @param virtual the addresses that move between the nodes
 * @throws KilnError `usage`
 */
export function parsePeers(texts: readonly string[], family: Family, virtual: readonly string[]): string[] {
  const peers = texts.map((text) => {
    const { ip, family: own } = addressOf(text, text, undefined);
    if (own === family) return ip;
    throw usage(`--unicast-peers of the family that VRRP uses, ${nameOf[family]}`, text);
  });
  requireUnique(peers);
  const moving = peers.find((peer) => virtual.includes(peer));
  if (moving !== undefined)
    throw usage("--unicast-peers to list the nodes' own addresses", `the virtual address ${moving}`);
  if (peers.length < 2)
    throw usage("--unicast-peers to list all nodes, at least two", peers.join(" ") || "none");
  return peers;
}

function requireUnique(addresses: readonly string[]): void {
  const twice = addresses.find((one, index) => addresses.indexOf(one) !== index);
  if (twice !== undefined) throw usage("each address once", `${twice} twice`);
}

/**
 * keepalived refuses more addresses than fit into an advertisement: their number is one byte, and IPv6 addresses
 * must fit into a packet (here with the usual MTU of 1500 bytes). Beside IPv4, IPv6 addresses are not advertised.
 */
const mostAdvertised = { ipv4: 255, ipv6: 89 } as const;

function requireRoom(addresses: readonly VirtualAddress[]): void {
  const family: Family = addresses.some((one) => one.family === "ipv4") ? "ipv4" : "ipv6";
  const advertised = addresses.filter((one) => one.family === family).length;
  if (advertised > mostAdvertised[family])
    throw usage(`at most ${mostAdvertised[family]} ${nameOf[family]} addresses`, `${advertised}`);
}

const nameOf = { ipv4: "IPv4", ipv6: "IPv6" } as const;

function addressOf(text: string, ip: string, prefix: string | undefined): VirtualAddress {
  const family = familyOf(ip);
  if (family === undefined || ip.includes("%") || unusable[family].check(ip, family))
    throw notAnAddress(text);
  const address = { ip: new SocketAddress({ address: ip, family }).address, family };
  if (prefix === undefined) return { ...address, prefix };
  const length = /^\d{1,3}$/.test(prefix) ? Number(prefix) : 0;
  const longest = longestPrefix[family];
  if (length < 1 || length > longest) throw usage(`a prefix length from 1 to ${longest} for ${ip}`, prefix);
  if (family === "ipv4" && isEdge(ip, length)) {
    throw usage(
      "an address that can be assigned to a node",
      `${ip}/${length}, which is the network or broadcast address`,
    );
  }
  return { ...address, prefix: length };
}

/**
 * A list for one family: a common list would treat an IPv4 address as the IPv6 address that it is mapped to.
 */
function blockList(family: Family, networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [ip = "", prefix] = network.split("/");
    list.addSubnet(ip, Number(prefix), family);
  }
  return list;
}

function familyOf(ip: string): Family | undefined {
  if (isIPv4(ip)) return "ipv4";
  return isIPv6(ip) ? "ipv6" : undefined;
}

/** Whether an IPv4 address is the first or the last one of its network. */
function isEdge(ip: string, prefix: number): boolean {
  if (prefix > 30) return false;
  const number = ip.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - prefix);
  const host = number % size;
  return host === 0 || host === size - 1;
}

function notAnAddress(text: string): Error {
  return usage(
    "an IP address that can be assigned to a node, such as 192.0.2.10 or 192.0.2.10/24",
    JSON.stringify(text),
  );
}
