import { hostname } from "node:os";
import { chown, writeFile } from "node:fs/promises";
import { describeNetworks, openVrrpNetwork, programRuntime, type VrrpNetwork } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const address = "10.99.0.100";
/** All that the container's manifest asks for. */
const allRights = ["net_admin", "net_raw", "net_broadcast"];
const sound = { KEEPALIVED_VIRTUAL_IPS: address };

let programs: VrrpPrograms;
let network: VrrpNetwork;

describeNetworks("keepalivedctl", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
    // Two nodes, of which the first one is looked at; keepalived itself is not started.
    const runtime = programRuntime(programs.keepalived);
    network = await openVrrpNetwork({ addresses: [address], advertInterval: 1, runtime, priorities: [2, 1] });
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
    await programs[Symbol.asyncDispose]();
  });

  test.each<[string, Record<string, string>, string, string]>([
    ["no address", {}, "an address: KEEPALIVED_VIRTUAL_IPS", "none of them"],
    ["another form", ips("10.99.0.100;eth0"), "IP addresses", '"10.99.0.100;eth0"'],
    [
      "a prefix in its usual form",
      ips(`${address}/24`),
      "in the third place of IP,INTERFACE,PREFIX",
      `"${address}/24"`,
    ],
    ["a wrong prefix", ips(`${address},eth0,33`), "a prefix from 1 to 32", '"33"'],
    ["a network", ips("10.99.0.0,eth0,24"), "addresses that a node can have", "10.99.0.0"],
    [
      "no such interface",
      ips(`${address},eth7`),
      "an interface of this node (lo, eth0)",
      '"eth7", which is not there',
    ],
    [
      "an address of no network",
      ips("192.0.2.7"),
      "one interface with 192.0.2.7 in its network",
      "10.99.0.10/24 on eth0",
    ],
    ["an address twice", ips(`${address} ${address}`), "every address once", `${address} twice`],
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
      "to be 3 where all addresses are IPv6",
      '"2"',
    ],
    ["neither true nor false", { ...sound, KEEPALIVED_NOPREEMPT: "yes" }, "KEEPALIVED_NOPREEMPT", '"yes"'],
    ["a typing error", { ...sound, KEEPALIVED_PRIORTY: "100" }, "and not KEEPALIVED_PRIORTY", '"100"'],
    [
      "a peer of the other family",
      { ...sound, KEEPALIVED_UNICAST_PEERS: "fd99::11" },
      "(IPv4)",
      '"fd99::11"',
    ],
    [
      "a list of peers that this node is not in",
      { ...sound, KEEPALIVED_UNICAST_PEERS: "10.99.0.11 10.99.0.12" },
      "to name this node too, which has 10.99.0.10",
      '"10.99.0.11 10.99.0.12"',
    ],
    [
      "a virtual address among the peers",
      { ...sound, KEEPALIVED_UNICAST_PEERS: `10.99.0.10 10.99.0.11 ${address}` },
      "KEEPALIVED_UNICAST_PEERS to hold the nodes' own addresses",
      `"${address}"`,
    ],
    [
      "no other peer",
      { ...sound, KEEPALIVED_UNICAST_PEERS: "10.99.0.10" },
      "a node besides this one",
      '"10.99.0.10"',
    ],
    ["an unverified https", check("https://127.0.0.1/readyz"), "KEEPALIVED_CHECK_CA_FILE, or", "neither"],
    ["a check of the virtual address", check(`http://${address}/`), "to ask this node", `http://${address}/`],
    [
      "a weight that raises",
      { ...check("http://127.0.0.1/"), KEEPALIVED_CHECK_WEIGHT: "20" },
      "from -253 to -1",
      '"20"',
    ],
    [
      "a check beside nopreempt, with which no backup takes the address from a node that is unwell",
      { ...check("http://127.0.0.1/"), KEEPALIVED_NOPREEMPT: "true" },
      "no KEEPALIVED_NOPREEMPT beside KEEPALIVED_CHECK_URL",
      '"true"',
    ],
    [
      "a priority that a check could not lower",
      { ...check("http://127.0.0.1/"), KEEPALIVED_PRIORITY: "1" },
      "KEEPALIVED_PRIORITY to be 2 or more beside KEEPALIVED_CHECK_URL",
      '"1"',
    ],
    [
      "half a check",
      { ...sound, KEEPALIVED_CHECK_FALL: "3" },
      "to stand beside KEEPALIVED_CHECK_URL",
      "it alone",
    ],
    [
      "a folder in place of a file, as docker makes one for a file that is not there",
      { ...sound, KEEPALIVED_CONFIG_FILE: "/etc/keepalived" },
      "the mounted configuration to be a file",
      "/etc/keepalived: is a directory",
    ],
    [
      "no such file",
      { KEEPALIVED_CONFIG_FILE: "/nowhere" },
      "KEEPALIVED_CONFIG_FILE to name a file",
      '"/nowhere"',
    ],
    [
      "a network without the address",
      { PROVISIONING_IP: "172.22.0.3", PROVISIONING_INTERFACE: "eth0", PROVISIONING_CIDR: "172.23.0.0/24" },
      "PROVISIONING_CIDR to be the network of PROVISIONING_IP 172.22.0.3",
      '"172.23.0.0/24"',
    ],
  ])("refuses %s, and leaves nothing behind", async (_, variables, expected, found) => {
    const { status, text, left } = await runOnce(variables);
    expect(text).toContain(expected);
    expect(text).toContain(found);
    expect(status).toBe(78);
    expect(left).toBe("");
  });

  test.each<[string, Record<string, string>, string]>([
    ["longer than VRRP carries", { KEEPALIVED_PASSWORD: "secret-12" }, "1 to 8 characters"],
    [
      "beside VRRP 3",
      { KEEPALIVED_PASSWORD: "secret", KEEPALIVED_VRRP_VERSION: "3" },
      "no password with VRRP 3",
    ],
    ["with characters of the configuration", { KEEPALIVED_PASSWORD: 'secret"' }, "letters, digits"],
    ["under another name", { KEEPALIVED_PASS: "secret" }, "and not KEEPALIVED_PASS"],
  ])("refuses a password %s, and does not show it", async (_, variables, expected) => {
    const { status, text } = await runOnce({ ...sound, ...variables });
    expect(text).toContain(expected);
    expect(text).not.toContain("secret");
    expect(status).toBe(78);
  });

  test("names everything that is wrong at once", async () => {
    const { text } = await runOnce({ KEEPALIVED_ROUTER_ID: "0", KEEPALIVED_PRIORITY: "x" });
    expect(text.match(/expected /g)).toHaveLength(3);
  });

  test("refuses a mounted configuration that keepalived refuses, with keepalived's words", async () => {
    // With a name of its own keepalived asks no name server for one.
    const named = "global_defs {\n  router_id x\n}\n";
    const { status, text } = await runOnce(
      {},
      `${named}vrrp_instance x {\n  interface eth7\n  priority 100\n}\n`,
    );
    expect(text).toContain("/etc/keepalived/keepalived.conf is refused by `keepalived --config-test`");
    expect(text).toContain("eth7");
    expect(status).toBe(78);
  });

  test("refuses variables beside a mounted configuration, and an empty one", async () => {
    const beside = await runOnce(sound, "global_defs {\n}\n");
    expect(beside.text).toContain("to decide alone, and not KEEPALIVED_VIRTUAL_IPS");
    const empty = await runOnce({}, "");
    expect(empty.text).toContain("to hold something\n  found: an empty file");
    expect([beside.status, empty.status]).toEqual([78, 78]);
  });

  test("refuses a mounted configuration that root may not read without further capabilities", async () => {
    const { status, text } = await runOnce({}, "global_defs {\n}\n", { owner: 1000 });
    expect(text).toContain("that root may read without further capabilities: its own, or of mode 0644");
    expect(text).toContain("/etc/keepalived/keepalived.conf: permission denied");
    expect(status).toBe(78);
  });

  test("refuses scripts that keepalived could not start and would count as successes", async () => {
    const script = 'vrrp_script x {\n  script "/usr/bin/keepalivedctl check http://127.0.0.1/"\n}\n';
    const { status, text } = await runOnce({}, script);
    expect(text).toContain("the capability SETGID");
    expect(status).toBe(77);
  });

  test("tells keepalived's version without a configuration", async () => {
    const { status, text } = await runOnce({}, undefined, { rights: [], args: ["--version"] });
    expect(text).toMatch(/^Keepalived v\d+\.\d+\.\d+ /);
    expect(status).toBe(0);
  });

  test("says which capability is missing", async () => {
    const { status, text } = await runOnce(sound, undefined, { rights: ["net_admin"] });
    expect(text).toContain("expected the capability NET_RAW");
    expect(status).toBe(77);
  });

  test("shows a mounted configuration with the password masked", async () => {
    for (const password of ["secret", '"sec ret"']) {
      const { status, text } = await runOnce({}, withPassword(password), { args: ["render"] });
      expect(text).toBe(withPassword("********"));
      expect(status).toBe(0);
    }
  });

  test("has VRRP speak IPv4 on the interface of an IPv4 address", async () => {
    const { text } = await runOnce(ips(`fd99::100,lo ${address},eth0`), undefined, { args: ["render"] });
    expect(text).toContain("\n    interface eth0\n");
  });

  test("renders what the variables say, with the password masked", async () => {
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

/** A configuration that has a password. */
function withPassword(password: string): string {
  return `vrrp_instance x {\n  authentication {\n    auth_type PASS\n    auth_pass ${password} # ours\n  }\n}\n`;
}

/** Runs keepalivedctl on a node, in the container's file system, as far as it gets within some seconds. */
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
