import {
  checkWeight,
  device,
  prefixLength,
  quickCheck,
  recommendedRise,
  routerId,
  type CheckTimes,
  type HmacOptions,
  type NodeDescription,
  type VrrpOptions,
} from "./options.ts";

/** How keepalived learns a node's health: by a script that it runs, or from a file that holds 0 or 1. */
export type HealthSource = { script: string } | { file: string };

/** The keepalived.conf(5) of a node. */
export function configurationOf(options: VrrpOptions, node: NodeDescription, health: HealthSource): string {
  const { addresses, advertInterval, unicast, noPreempt, check, vmac, password, hmac } = options;
  const isIPv6 = addresses[0].includes(":");
  const family = isIPv6 ? "inet6" : "inet";
  const own = isIPv6 ? node.address6 : node.address;
  const peers = node.peers.map(({ address, address6 }) => (isIPv6 ? address6 : address));
  const lines = [
    "global_defs {",
    // Without it keepalived queries a name server for the node's name, and there is none.
    `    router_id ${node.name}`,
    "    vrrp_higher_prio_send_advert true",
    "    vrrp_garp_master_refresh 60",
    ...("script" in health ? ["    enable_script_security", "    script_user root"] : []),
    ...(vmac === undefined ? [] : ["    nftables"]),
    "}",
    ...(check ? checkLines(health, options.checkTimes) : []),
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
    ...(hmac === undefined ? [] : block("auth_hmac", hmacLines(hmac))),
    ...(vmac === undefined ? [] : [`    use_vmac vrrp.${routerId}`, "    vmac_xmit_base"]),
    ...(vmac === "no_accept" ? ["    no_accept"] : []),
    ...(unicast ? [`    unicast_src_ip ${own}`, ...block("unicast_peer", peers)] : []),
    ...block(
      "virtual_ipaddress",
      addresses.map((address) => `${address}/${prefixLength[family]}${isIPv6 ? " preferred_lft 0" : ""}`),
    ),
    ...(check ? block("script" in health ? "track_script" : "track_file", ["check"]) : []),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function checkLines(
  health: HealthSource,
  { interval, fall, rise = recommendedRise }: CheckTimes = quickCheck,
): string[] {
  const weight = `    weight -${checkWeight}`;
  return "script" in health
    ? [
        "vrrp_script check {",
        `    script "${health.script}"`,
        `    interval ${interval}`,
        weight,
        `    fall ${fall}`,
        `    rise ${rise}`,
        "}",
      ]
    : ["track_file check {", `    file "${health.file}"`, weight, "}"];
}

function hmacLines({ mode, keys, active = 1 }: HmacOptions): string[] {
  return [...keys.map((key, n) => `key ${n + 1} ${key}`), `active_key ${active}`, `mode ${mode}`];
}

function block(name: string, lines: readonly string[]): string[] {
  return [`    ${name} {`, ...lines.map((line) => `        ${line}`), "    }"];
}
