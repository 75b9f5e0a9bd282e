import { hostname } from "node:os";
import { describeNetworks } from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { address, openKeepalivedctl, type Keepalivedctl } from "./keepalivedctl.ts";

let keepalivedctl: Keepalivedctl;

describeNetworks("keepalivedctl render", () => {
  beforeAll(async () => {
    keepalivedctl = await openKeepalivedctl();
  });
  afterAll(() => keepalivedctl[Symbol.asyncDispose]());

  test.each<[string, string, string]>([
    ["in the mounted file", "    auth_pass secret # ours\n", ""],
    ["with a blank in quotes", '    auth_pass "sec ours"\n', ""],
    ["in an included file", "include included.conf\n", "auth_pass secret\n"],
    ["in a parameter", "    auth_pass $PASS\n", ""],
    ["with a keyword of parameters", "    ${PART}_pass secret\n", ""],
    ["behind a condition", "@node1 auth_pass secret\n@node2 auth_pass unused\n", ""],
  ])(
    "prints a mounted configuration as keepalived loads it, and masks a password %s",
    async (_, line, included) => {
      const args = ["render", "--config-id=node1"];
      const { status, text } = await keepalivedctl.run({}, withPassword(line), { args, included });
      expect(text).toBe(loaded);
      expect(status).toBe(0);
    },
  );

  test("makes VRRP use IPv4 on the interface of an IPv4 address", async () => {
    const { text } = await keepalivedctl.run(
      { KEEPALIVED_VIRTUAL_IPS: `fd99::100,lo ${address},eth0` },
      undefined,
      { args: ["render"] },
    );
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
    const { text } = await keepalivedctl.run(variables, undefined, { args: ["render"] });
    expect(text).toBe(`# Written by keepalivedctl from the environment.
global_defs {
    router_id ${hostname()}
    vrrp_higher_prio_send_advert true
    vrrp_garp_master_refresh 60
    max_auto_priority -1
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
        fd99::100/128 dev eth0 preferred_lft 0
    }
}
`);
  });

  test("fails, like run, if keepalived refuses what the variables say", async () => {
    const addresses = Array.from({ length: 256 }, (_, index) => `10.99.1.${index},eth0,16`).slice(1);
    expect((await render(addresses)).status).toBe(0);
    const { status, text } = await render([...addresses, address]);
    expect(status).toBe(78);
    expect(text).toContain("Number of VIPs (256) exceeds maximum");
  });
});

function render(ips: readonly string[]) {
  return keepalivedctl.run({ KEEPALIVED_VIRTUAL_IPS: ips.join(" ") }, undefined, { args: ["render"] });
}

/** A configuration in which one line sets the password. */
function withPassword(line: string): string {
  return `$PASS=secret
$PART=auth
global_defs {
  router_id x
}
vrrp_instance x {
  interface eth0
  virtual_router_id 9
  authentication {
    auth_type PASS
${line}  }
  virtual_ipaddress { 10.99.0.100/24 }
}
`;
}

const loaded = `global_defs
{
    router_id x
}
vrrp_instance x
{
    interface eth0
    virtual_router_id 9
    authentication
    {
        auth_type PASS
        auth_pass ********
    }
    virtual_ipaddress
    {
        10.99.0.100/24
    }
}
`;
