import { hostname } from "node:os";
import { chown, writeFile } from "node:fs/promises";
import { describeNetworks, openVrrpNetwork, programRuntime, type VrrpNetwork } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const address = "10.99.0.100";
/** All capabilities in the container's manifest. */
const allRights = ["net_admin", "net_raw", "net_broadcast"];
const sound = { KEEPALIVED_VIRTUAL_IPS: address };

let programs: VrrpPrograms;
let network: VrrpNetwork;

describeNetworks("keepalivedctl", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
    // Of the two nodes only the first is used; keepalived itself is not started.
    const runtime = programRuntime(programs.keepalived);
    network = await openVrrpNetwork({ addresses: [address], advertInterval: 1, runtime, priorities: [2, 1] });
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
    await programs[Symbol.asyncDispose]();
  });

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
    ["router id 0", { ...sound, KEEPALIVED_ROUTER_ID: "0" }, "KEEPALIVED_ROUTER_ID", '"0"'],
    ["router id 256", { ...sound, KEEPALIVED_ROUTER_ID: "256" }, "a whole number from 1 to 255", '"256"'],
    ["priority 255", { ...sound, KEEPALIVED_PRIORITY: "255" }, "a whole number from 1 to 254", '"255"'],
    ["an odd interval", { ...sound, KEEPALIVED_ADVERT_INTERVAL: "1e1" }, "a number of seconds", '"1e1"'],
    [
      "tenths with VRRP 2",
      { ...sound, KEEPALIVED_ADVERT_INTERVAL: "0.1", KEEPALIVED_VRRP_VERSION: "2" },
      "whole seconds with KEEPALIVED_VRRP_VERSION 2",
      '"0.1"',
    ],
    [
      "VRRP 2 for IPv6",
      { ...ips("fd99::100"), KEEPALIVED_VRRP_VERSION: "2" },
      "to be 3 if all addresses are IPv6",
      '"2"',
    ],
    ["neither true nor false", { ...sound, KEEPALIVED_NOPREEMPT: "yes" }, "KEEPALIVED_NOPREEMPT", '"yes"'],
    ["a typo", { ...sound, KEEPALIVED_PRIORTY: "100" }, "only variables that", 'KEEPALIVED_PRIORTY="100"'],
    [
      "a peer of the other family",
      { ...sound, KEEPALIVED_UNICAST_PEERS: "fd99::11" },
      "(IPv4)",
      '"fd99::11"',
    ],
    [
      "a list of peers that this node is not in",
      { ...sound, KEEPALIVED_UNICAST_PEERS: "10.99.0.11 10.99.0.12" },
      "to contain this node as well (10.99.0.10)",
      '"10.99.0.11 10.99.0.12"',
    ],
    [
      "a virtual address among the peers",
      { ...sound, KEEPALIVED_UNICAST_PEERS: `10.99.0.10 10.99.0.11 ${address}` },
      "KEEPALIVED_UNICAST_PEERS to contain the nodes' own addresses",
      `"${address}"`,
    ],
    [
      "no other peer",
      { ...sound, KEEPALIVED_UNICAST_PEERS: "10.99.0.10" },
      "a node other than this one",
      '"10.99.0.10"',
    ],
    ["an unverified https", check("https://127.0.0.1/readyz"), "KEEPALIVED_CHECK_CA_FILE or", "neither"],
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
      { ...sound, KEEPALIVED_CHECK_FALL: "3" },
      "KEEPALIVED_CHECK_URL to be set as well",
      "only KEEPALIVED_CHECK_FALL",
    ],
    [
      "a folder instead of a file, which docker creates for a file that does not exist",
      { ...sound, KEEPALIVED_CONFIG_FILE: "/etc/keepalived" },
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
    const { status, text, left } = await runOnce(variables);
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
    const { status, text } = await runOnce({ ...sound, ...variables });
    expect(text).toContain(expected);
    expect(text).not.toContain("secret");
    expect(status).toBe(78);
  });

  test("reports all problems at once", async () => {
    const { text } = await runOnce({ KEEPALIVED_ROUTER_ID: "0", KEEPALIVED_PRIORITY: "x" });
    expect(text.match(/expected /g)).toHaveLength(3);
  });

  test("refuses a mounted configuration that keepalived refuses, and prints keepalived's message", async () => {
    // With a router_id keepalived does not query the name server.
    const named = "global_defs {\n  router_id x\n}\n";
    const { status, text } = await runOnce(
      {},
      `${named}vrrp_instance x {\n  interface eth7\n  priority 100\n}\n`,
    );
    expect(text).toContain("/etc/keepalived/keepalived.conf is refused by `keepalived --config-test`");
    expect(text).toContain("eth7");
    expect(status).toBe(78);
  });

  test("refuses other variables together with a mounted configuration, and an empty configuration", async () => {
    const beside = await runOnce(sound, "global_defs {\n}\n");
    expect(beside.text).toContain("together with the mounted configuration /etc/keepalived/keepalived.conf");
    expect(beside.text).toContain(`found: KEEPALIVED_VIRTUAL_IPS="${address}"`);
    const empty = await runOnce({}, "");
    expect(empty.text).toContain("not to be empty\n  found: an empty file");
    expect([beside.status, empty.status]).toEqual([78, 78]);
  });

  test("refuses a mounted configuration that root cannot read without further capabilities", async () => {
    const { status, text } = await runOnce({}, "global_defs {\n}\n", { owner: 1000 });
    expect(text).toContain(
      "that root can read without further capabilities: owned by root, or with mode 0644",
    );
    expect(text).toContain("/etc/keepalived/keepalived.conf: permission denied");
    expect(status).toBe(78);
  });

  test("refuses scripts that keepalived cannot start and would count as successful", async () => {
    const script = 'vrrp_script x {\n  script "/usr/bin/keepalivedctl check http://127.0.0.1/"\n}\n';
    const { status, text } = await runOnce({}, script);
    expect(text).toContain("the capability SETGID");
    expect(status).toBe(77);
  });

  test("prints keepalived's version without a configuration", async () => {
    const { status, text } = await runOnce({}, undefined, { rights: [], args: ["--version"] });
    expect(text).toMatch(/^Keepalived v\d+\.\d+\.\d+ /);
    expect(status).toBe(0);
  });

  test("reports which capability is missing", async () => {
    const { status, text } = await runOnce(sound, undefined, { rights: ["net_admin"] });
    expect(text).toContain("expected the capability NET_RAW");
    expect(status).toBe(77);
  });

  test("prints a mounted configuration with the password masked", async () => {
    for (const password of ["secret", '"sec ret"']) {
      const { status, text } = await runOnce({}, withPassword(password), { args: ["render"] });
      expect(text).toBe(withPassword("********"));
      expect(status).toBe(0);
    }
  });

  test("makes VRRP use IPv4 on the interface of an IPv4 address", async () => {
    const { text } = await runOnce(ips(`fd99::100,lo ${address},eth0`), undefined, { args: ["render"] });
    expect(text).toContain("\n    interface eth0\n");
  });

  test("renders a configuration from the variables, with the password masked", async () => {
    const variables = {
      KEEPALIVED_VIRTUAL_IPS: `${address},eth0,24 fd99::100`,
      KEEPALIVED_ROUTER_ID: "7",
      KEEPALIVED_PASSWORD: "secret",
      KEEPALIVED_UNICAST_PEERS: "10.99.0.10 10.99.0.11",
      KEEPALIVED_NOPREEMPT: "true",
      // What Kubernetes sets for a Service called keepalived.
      KEEPALIVED_SERVICE_HOST: "10.96.0.7",
      KEEPALIVED_PORT_112_TCP_PROTO: "tcp",
    };
    const { text } = await runOnce(variables, undefined, { args: ["render"] });
    expect(text).toBe(`# Written by keepalivedctl from the environment.
global_defs {
    router_id ${hostname()}
}
vrrp_instance virtual_ips {
    state BACKUP
    interface eth0
    version 2
    virtual_router_id 7
    priority 100
    advert_int 1
    nopreempt
    authentication {
        auth_type PASS
        auth_pass ********
    }
    unicast_src_ip 10.99.0.10
    unicast_peer {
        10.99.0.11
    }
    virtual_ipaddress {
        10.99.0.100/24 dev eth0
    }
    virtual_ipaddress_excluded {
        fd99::100/128 dev eth0
    }
}
`);
  });
});

function ips(value: string): Record<string, string> {
  return { KEEPALIVED_VIRTUAL_IPS: value };
}

function check(url: string): Record<string, string> {
  return { ...sound, KEEPALIVED_CHECK_URL: url };
}

/** A configuration with a password. */
function withPassword(password: string): string {
  return `vrrp_instance x {\n  authentication {\n    auth_type PASS\n    auth_pass ${password} # ours\n  }\n}\n`;
}

/** Runs keepalivedctl on a node, in the container's file system, for at most 10 seconds. */
async function runOnce(
  variables: Readonly<Record<string, string>>,
  configuration?: string,
  {
    rights = allRights,
    args = [],
    owner = 0,
  }: { rights?: readonly string[]; args?: readonly string[]; owner?: number } = {},
) {
  const [node] = network.nodes;
  if (node === undefined) throw new Error("a network without a node");
  const name = `/run/${crypto.randomUUID()}.conf`;
  if (configuration !== undefined) {
    await writeFile(node.outside(name), configuration, { mode: 0o600 });
    await chown(node.outside(name), owner, owner);
  }
  const script = [
    "root=$1 file=$2; shift 2",
    'mount -t tmpfs tmpfs "$root/run/keepalived"',
    'mount -t tmpfs tmpfs "$root/etc/keepalived"',
    'mount --bind /proc "$root/proc"',
    'if [ -e "$file" ]; then cp --preserve "$file" "$root/etc/keepalived/keepalived.conf"; fi',
    'mount -o remount,ro "$root/etc/keepalived"',
    'env --ignore-environment PATH=/usr/bin:/usr/sbin "$@" 2>&1; status=$?',
    'echo "left: $(ls "$root/run/keepalived")"',
    "exit $status",
  ];
  const { root, entrypoint } = programs.container;
  const enter = ["unshare", "--mount", "sh", "-c", script.join("\n"), "sh", root, name] as const;
  const environment = Object.entries(variables).map(([key, value]) => `${key}=${value}`);
  const bounding = ["-all", ...[...rights, "sys_chroot"].map((right) => `+${right}`)].join(",");
  const less = ["setpriv", `--bounding-set=${bounding}`, "--inh-caps=-all", "--no-new-privs"];
  const limits = ["timeout", "10", ...less, "chroot", root, ...entrypoint, ...args];
  const { status, stdout } = await node.run(...enter, ...environment, ...limits);
  const [text = "", left = ""] = stdout.split("left: ");
  return { status, text, left };
}
