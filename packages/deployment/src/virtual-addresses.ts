import { BlockList, isIPv4, isIPv6, SocketAddress } from "node:net";
import { usage } from "./usage.ts";

/** An address that moves between nodes. */
export interface VirtualAddress {
  /** In its shortest form. */
  readonly ip: string;
  readonly family: Family;
  /** Length of its network's prefix; the container takes a whole address where it is not given. */
  readonly prefix: number | undefined;
}

export type Family = "ipv4" | "ipv6";

const longestPrefix = { ipv4: 32, ipv6: 128 } as const;

/** Networks of addresses that no node can have as its own: unspecified, loopback, multicast and reserved, IPv4 in IPv6. */
const unusable = {
  ipv4: blockList("ipv4", ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"]),
  ipv6: blockList("ipv6", ["::/127", "::ffff:0:0/96", "ff00::/8"]),
};

/**
 * Reads addresses, `192.0.2.10` or `192.0.2.10/24`.
 * @param prefix the prefix of those that bring none
 * @throws KilnError `usage`
 */
export function parseVirtualAddresses(
  texts: readonly string[],
  prefix: string | undefined,
): VirtualAddress[] {
  if (texts.length === 0) throw usage("an address after --ip, such as 192.0.2.10/24", "none");
  const parts = texts.map((text) => text.split("/"));
  const families = new Set(parts.filter(([, own]) => own === undefined).map(([ip = ""]) => familyOf(ip)));
  if (prefix !== undefined && families.size > 1) {
    throw usage(
      "--prefix beside addresses of one family",
      texts.join(" "),
      "write each address as IP/PREFIX",
    );
  }
  const addresses = parts.map(([ip = "", own, ...more], index) => {
    const text = texts[index] ?? "";
    if (more.length > 0) throw notAnAddress(text);
    return addressOf(text, ip, own ?? prefix);
  });
  const twice = addresses.find(({ ip }, index) => addresses.findIndex((other) => other.ip === ip) !== index);
  if (twice) throw usage("every address once", `${twice.ip} twice`);
  return addresses;
}

/**
 * Reads the nodes' own addresses.
 * @throws KilnError `usage`
 */
export function parsePeers(texts: readonly string[], family: Family): string[] {
  const peers = texts.map((text) => {
    const { ip, family: own } = addressOf(text, text, undefined);
    if (own === family) return ip;
    throw usage(`--unicast-peers of the family that VRRP speaks here, ${nameOf[family]}`, text);
  });
  if (new Set(peers).size < 2)
    throw usage("--unicast-peers to name all nodes, two at least", peers.join(" ") || "none");
  return [...new Set(peers)];
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
  if (length < 1 || length > longest) throw usage(`a prefix from 1 to ${longest} for ${ip}`, prefix);
  if (family === "ipv4" && isEdge(ip, length)) {
    throw usage(`an address that a node can have`, `${ip}/${length}, which stands for the network itself`);
  }
  return { ...address, prefix: length };
}

/** One list for each family: a list takes an IPv4 address for the IPv6 address that it is mapped to. */
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
    "an IP address that a node can have, such as 192.0.2.10 or 192.0.2.10/24",
    JSON.stringify(text),
  );
}
