import {
  checkWeight,
  device,
  healthPort,
  prefixLength,
  quickCheck,
  routerId,
  type NodeDescription,
  type VrrpOptions,
} from "./options.ts";

/** The variables with which the container checks a node's health port. */
export function checkVariables({ checkTimes: { interval, fall, rise } = quickCheck }: VrrpOptions): string[] {
  return [
    `KEEPALIVED_CHECK_URL=https://127.0.0.1:${healthPort}/readyz`,
    "KEEPALIVED_CHECK_CA_FILE=/etc/keepalived/ca.crt",
    `KEEPALIVED_CHECK_INTERVAL=${interval}`,
    `KEEPALIVED_CHECK_FALL=${fall}`,
    ...(rise === undefined ? [] : [`KEEPALIVED_CHECK_RISE=${rise}`]),
  ];
}

/** The variables from which the container renders the same configuration. */
export function environmentOf(options: VrrpOptions, node: NodeDescription): string[] {
  const { addresses, advertInterval, unicast, noPreempt, check, vmac, password, hmac } = options;
  if (vmac !== undefined) throw new Error("there is no variable for a VMAC");
  const entries = addresses.map((address) => {
    const family = address.includes(":") ? "inet6" : "inet";
    return `${address},${device},${prefixLength[family]}`;
  });
  const isIPv6 = entries.every((entry) => entry.includes(":"));
  const nodes = [node, ...node.peers].map(({ address, address6 }) => (isIPv6 ? address6 : address));
  const variables = {
    VIRTUAL_IPS: entries.join(" "),
    ROUTER_ID: String(routerId),
    PRIORITY: String(node.priority),
    ADVERT_INTERVAL: String(advertInterval),
    UNICAST_PEERS: unicast ? nodes.join(" ") : "",
    NOPREEMPT: noPreempt ? "true" : "",
    PASSWORD: password ?? "",
    HMAC_MODE: hmac?.mode ?? "",
    HMAC_KEY_FILE: hmac === undefined ? "" : "/etc/keepalived/key-1",
    HMAC_KEY_FILE_2: (hmac?.keys.length ?? 0) > 1 ? "/etc/keepalived/key-2" : "",
    HMAC_ACTIVE_KEY: hmac?.active === undefined ? "" : String(hmac.active),
  };
  const own = Object.entries(variables).map(([name, value]) => `KEEPALIVED_${name}=${value}`);
  return check ? [...own, ...checkVariables(options), `KEEPALIVED_CHECK_WEIGHT=-${checkWeight}`] : own;
}
