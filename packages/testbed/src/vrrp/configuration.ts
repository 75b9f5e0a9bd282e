import { checkWeight, device, prefixLength, routerId, type NodePlace, type VrrpOptions } from "./options.ts";

/**
 * The keepalived.conf(5) of a node.
 * @param script what its health check runs
 */
export function configurationOf(options: VrrpOptions, node: NodePlace, script: string): string {
  const { addresses, advertInterval, unicast, noPreempt, check, vmac, password } = options;
  const isIPv6 = addresses[0].includes(":");
  const family = isIPv6 ? "inet6" : "inet";
  const own = isIPv6 ? node.address6 : node.address;
  const peers = node.peers.map(({ address, address6 }) => (isIPv6 ? address6 : address));
  const lines = [
    "global_defs {",
    // Without it keepalived asks for the node's name at a name server, which is not there.
    `    router_id ${node.name}`,
    "    enable_script_security",
    "    script_user root",
    ...(vmac === undefined ? [] : ["    nftables"]),
    "}",
    ...(check ? checkLines(script, advertInterval) : []),
    "vrrp_instance address {",
    "    state BACKUP",
    `    interface ${device}`,
    `    virtual_router_id ${routerId}`,
    `    version ${isIPv6 || !Number.isInteger(advertInterval) ? 3 : 2}`,
    `    priority ${node.priority}`,
    `    advert_int ${advertInterval}`,
    ...(noPreempt ? ["    nopreempt"] : []),
    ...(password === undefined
      ? []
      : ["    authentication {", "        auth_type PASS", `        auth_pass ${password}`, "    }"]),
    ...(vmac === undefined ? [] : [`    use_vmac vrrp.${routerId}`, "    vmac_xmit_base"]),
    ...(vmac === "no_accept" ? ["    no_accept"] : []),
    ...(unicast ? [`    unicast_src_ip ${own}`, ...block("unicast_peer", peers)] : []),
    ...block(
      "virtual_ipaddress",
      addresses.map((address) => `${address}/${prefixLength[family]}`),
    ),
    ...(check ? block("track_script", ["check"]) : []),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function checkLines(script: string, advertInterval: number): string[] {
  return [
    "vrrp_script check {",
    `    script "${script}"`,
    `    interval ${advertInterval}`,
    `    weight -${checkWeight}`,
    "    fall 1",
    "    rise 1",
    "}",
  ];
}

function block(name: string, lines: readonly string[]): string[] {
  return [`    ${name} {`, ...lines.map((line) => `        ${line}`), "    }"];
}
