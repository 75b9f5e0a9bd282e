import { describeNetworks } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, openKeepalivedctl, type Keepalivedctl, type RunKeepalivedctl } from "./keepalivedctl.ts";

// With a router_id keepalived does not query the name server.
const named = "global_defs {\n  router_id x\n}\n";
const script = 'vrrp_script x {\n  script "/usr/bin/keepalivedctl check http://127.0.0.1/"\n}\n';

/** A configuration of one instance with a line of its own. */
function instance(line: string): string {
  return `vrrp_instance x {\n  interface eth0\n  virtual_router_id 9\n${line}\n}\n`;
}

const valid = { KEEPALIVED_VIRTUAL_IPS: address };

let keepalivedctl: Keepalivedctl;

describeNetworks("keepalivedctl", () => {
  beforeAll(async () => {
    keepalivedctl = await openKeepalivedctl();
  });
  afterAll(() => keepalivedctl[Symbol.asyncDispose]());

  test.each<[string, Record<string, string>, string, string]>([
    ["no address", {}, "an address: KEEPALIVED_VIRTUAL_IPS", "none of them"],
    ["an unknown format", ips("10.99.0.100;eth0"), "IP addresses", '"10.99.0.100;eth0"'],
    [
      "a prefix in the usual notation",
      ips(`${address}/24`),
      "the prefix to be in the third field of IP,INTERFACE,PREFIX",
      `"${address}/24"`,
    ],
    ["a wrong prefix", ips(`${address},eth0,33`), "a prefix length from 1 to 32", '"33"'],
    [
      "a network",
      ips("10.99.0.0,eth0,24"),
      "IP addresses that can be assigned to a node",
      "10.99.0.0, which is",
    ],
    [
      "an unknown interface",
      ips(`${address},eth7`),
      "an interface of this node (lo, eth0)",
      '"eth7", which does not exist',
    ],
    [
      "an address outside all networks",
      ips("192.0.2.7"),
      "exactly one interface whose network contains 192.0.2.7",
      "10.99.0.10/24 on eth0",
    ],
    ["an address twice", ips(`${address} ${address}`), "each address once", `${address} twice`],
    ["router id 0", { ...valid, KEEPALIVED_ROUTER_ID: "0" }, "KEEPALIVED_ROUTER_ID", '"0"'],
    ["router id 256", { ...valid, KEEPALIVED_ROUTER_ID: "256" }, "a whole number from 1 to 255", '"256"'],
    ["priority 255", { ...valid, KEEPALIVED_PRIORITY: "255" }, "a whole number from 1 to 254", '"255"'],
    [
      "an interval with an exponent",
      { ...valid, KEEPALIVED_ADVERT_INTERVAL: "1e1" },
      "a number of seconds",
      '"1e1"',
    ],
    [
      "tenths with VRRP 2",
      { ...valid, KEEPALIVED_ADVERT_INTERVAL: "0.1", KEEPALIVED_VRRP_VERSION: "2" },
      "whole seconds with KEEPALIVED_VRRP_VERSION 2",
      '"0.1"',
    ],
    [
      "VRRP 2 for IPv6",
      { ...ips("fd99::100"), KEEPALIVED_VRRP_VERSION: "2" },
      "to be 3 if all addresses are IPv6",
      '"2"',
    ],
    ["neither true nor false", { ...valid, KEEPALIVED_NOPREEMPT: "yes" }, "KEEPALIVED_NOPREEMPT", '"yes"'],
    ["a typo", { ...valid, KEEPALIVED_PRIORTY: "100" }, "only variables that", 'KEEPALIVED_PRIORTY="100"'],
    [
      "a peer of the other family",
      { ...valid, KEEPALIVED_UNICAST_PEERS: "fd99::11" },
      "(IPv4)",
      '"fd99::11"',
    ],
    [
      "a list of peers that this node is not in",
      { ...valid, KEEPALIVED_UNICAST_PEERS: "10.99.0.11 10.99.0.12" },
      "to contain this node as well (10.99.0.10)",
      '"10.99.0.11 10.99.0.12"',
    ],
    [
      "a virtual address among the peers",
      { ...valid, KEEPALIVED_UNICAST_PEERS: `10.99.0.10 10.99.0.11 ${address}` },
      "KEEPALIVED_UNICAST_PEERS to contain the nodes' own addresses",
      `"${address}"`,
    ],
    [
      "no other peer",
      { ...valid, KEEPALIVED_UNICAST_PEERS: "10.99.0.10" },
      "a node other than this one",
      '"10.99.0.10"',
    ],
    [
      "HTTPS without verification",
      check("https://127.0.0.1/readyz"),
      "KEEPALIVED_CHECK_CA_FILE or",
      "neither",
    ],
    [
      "a check of the virtual address",
      check(`http://${address}/`),
      "to be a URL of this node",
      `http://${address}/`,
    ],
    [
      "a weight that raises",
      { ...check("http://127.0.0.1/"), KEEPALIVED_CHECK_WEIGHT: "20" },
      "from -253 to -1",
      '"20"',
    ],
    [
      "a check together with nopreempt, with which no backup takes over from an unhealthy node",
      { ...check("http://127.0.0.1/"), KEEPALIVED_NOPREEMPT: "true" },
      "KEEPALIVED_NOPREEMPT not to be set together with KEEPALIVED_CHECK_URL",
      '"true"',
    ],
    [
      "a priority that a check cannot lower",
      { ...check("http://127.0.0.1/"), KEEPALIVED_PRIORITY: "1" },
      "KEEPALIVED_PRIORITY to be 2 or more together with KEEPALIVED_CHECK_URL",
      '"1"',
    ],
    [
      "a check without a URL",
      { ...valid, KEEPALIVED_CHECK_FALL: "3" },
      "KEEPALIVED_CHECK_URL to be set as well",
      "only KEEPALIVED_CHECK_FALL",
    ],
    [
      "a folder instead of a file, which docker creates for a file that does not exist",
      { ...valid, KEEPALIVED_CONFIG_FILE: "/etc/keepalived" },
      "the mounted configuration to be a file",
      "/etc/keepalived: is a directory",
    ],
    [
      "a file that does not exist",
      { KEEPALIVED_CONFIG_FILE: "/nowhere" },
      "KEEPALIVED_CONFIG_FILE to name a file",
      '"/nowhere"',
    ],
    [
      "a network that does not contain the address",
      { PROVISIONING_IP: "172.22.0.3", PROVISIONING_INTERFACE: "eth0", PROVISIONING_CIDR: "172.23.0.0/24" },
      "PROVISIONING_CIDR to be a network that contains PROVISIONING_IP 172.22.0.3",
      '"172.23.0.0/24"',
    ],
  ])("refuses %s and leaves no file behind", async (_, variables, expected, found) => {
    const { status, text, left } = await keepalivedctl.run(variables);
    expect(text).toContain(expected);
    expect(text).toContain(found);
    expect(status).toBe(78);
    expect(left).toBe("");
  });

  test.each<[string, Record<string, string>, string]>([
    ["that is too long for VRRP", { KEEPALIVED_PASSWORD: "secret-12" }, "1 to 8 characters"],
    [
      "with VRRP 3",
      { KEEPALIVED_PASSWORD: "secret", KEEPALIVED_VRRP_VERSION: "3" },
      "no password with VRRP 3",
    ],
    ["with special characters of the configuration", { KEEPALIVED_PASSWORD: 'secret"' }, "letters, digits"],
    ["in an unknown variable", { KEEPALIVED_PASS: "secret" }, "KEEPALIVED_PASS, whose value is not shown"],
  ])("refuses a password %s without showing it", async (_, variables, expected) => {
    const { status, text } = await keepalivedctl.run({ ...valid, ...variables });
    expect(text).toContain(expected);
    expect(text).not.toContain("secret");
    expect(status).toBe(78);
  });

  test("reports all problems at once", async () => {
    const { text } = await keepalivedctl.run({ KEEPALIVED_ROUTER_ID: "0", KEEPALIVED_PRIORITY: "x" });
    expect(text.match(/expected /g)).toHaveLength(3);
  });

  test("refuses a mounted configuration that keepalived refuses, and prints keepalived's message", async () => {
    const { status, text } = await keepalivedctl.run(
      {},
      `${named}vrrp_instance x {\n  interface eth7\n  priority 100\n}\n`,
    );
    expect(text).toContain("/etc/keepalived/keepalived.conf is refused by `keepalived --config-test`");
    expect(text).toContain("eth7");
    expect(status).toBe(78);
  });

  test("refuses other variables together with a mounted configuration, and an empty configuration", async () => {
    const beside = await keepalivedctl.run(valid, "global_defs {\n}\n");
    expect(beside.text).toContain("together with the mounted configuration /etc/keepalived/keepalived.conf");
    expect(beside.text).toContain(`found: KEEPALIVED_VIRTUAL_IPS="${address}"`);
    const empty = await keepalivedctl.run({}, "");
    expect(empty.text).toContain("not to be empty\n  found: an empty file");
    expect([beside.status, empty.status]).toEqual([78, 78]);
  });

  test("refuses a mounted configuration that root cannot read without further capabilities", async () => {
    const { status, text } = await keepalivedctl.run({}, "global_defs {\n}\n", { owner: 1000 });
    expect(text).toContain(
      "that root can read without further capabilities: owned by root, or with mode 0644",
    );
    expect(text).toContain("/etc/keepalived/keepalived.conf: permission denied");
    expect(status).toBe(78);
  });

  test.each<[string, string, RunKeepalivedctl]>([
    ["in the mounted file", script, {}],
    ["in an included file", "include incl*.conf\n", { included: script }],
    ["in one of several files", "include {included,other}.conf\n", { included: script }],
    ["behind a condition", script.replaceAll(/^/gm, "@node1 "), { args: ["-i", "node1"] }],
    ["with a keyword of parameters", `$PART=rr\n${script.replace("vrrp", "v${PART}p")}`, {}],
    ["of an instance", instance("  notify /bin/true"), {}],
    ["of an instance behind a brace", instance("  track_file {\n  } notify /bin/true"), {}],
  ])("refuses a program %s, which keepalived would count as successful", async (_, text, options) => {
    const outcome = await keepalivedctl.run({}, named + text, options);
    expect(outcome.text).toContain("the capability SETGID");
    expect(outcome.status).toBe(77);
  });

  test("refuses to track processes, of which the kernel reports none to a container", async () => {
    const text = named + "vrrp_track_process web {\n  process nginx\n}\n";
    const outcome = await keepalivedctl.run({}, text, { ownProcesses: true });
    expect(outcome.text).toContain("expected the host's processes (hostPID, --pid host)");
    expect(outcome.status).toBe(77);
  });

  test("prints keepalived's version without a configuration", async () => {
    const { status, text } = await keepalivedctl.run({}, undefined, { rights: [], args: ["--version"] });
    expect(text).toMatch(/^Keepalived v\d+\.\d+\.\d+ /);
    expect(status).toBe(0);
  });

  test("reports which capability is missing", async () => {
    const { status, text } = await keepalivedctl.run(valid, undefined, { rights: ["net_admin"] });
    expect(text).toContain("expected the capability NET_RAW");
    expect(status).toBe(77);
  });
});

function ips(value: string): Record<string, string> {
  return { KEEPALIVED_VIRTUAL_IPS: value };
}

function check(url: string): Record<string, string> {
  return { ...valid, KEEPALIVED_CHECK_URL: url };
}
