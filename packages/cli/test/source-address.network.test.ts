import {
  containerOfEnvironment,
  describeNetworks,
  mountedContainerRuntime,
  openElectedNetwork,
  programRuntime,
  renderingContainerRuntime,
  type Runtime,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const address = "fd99::100";
/** Closer to the virtual address than to the nodes' own (RFC 6724, section 5, rule 8). */
const destination = "fd99::101";

let programs: VrrpPrograms;

const runtimes: [string, () => Runtime][] = [
  ["the program", () => programRuntime(programs.keepalived)],
  ["the container", () => mountedContainerRuntime(programs.container)],
  ["the container from variables", () => renderingContainerRuntime(programs.container)],
  [
    "the container with both families",
    () =>
      containerOfEnvironment(programs.container, ({ priority }) => ({
        KEEPALIVED_VIRTUAL_IPS: `10.99.0.100,eth0,24 ${address},eth0,64`,
        KEEPALIVED_PRIORITY: String(priority),
      })),
  ],
];

describeNetworks("a node with an IPv6 address of keepalived", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test.each(runtimes)("sends its own traffic from its own address: %s", async (_, runtime) => {
    await using network = await openElectedNetwork(address, {
      addresses: [address],
      advertInterval: 1,
      priorities: [200, 100],
      runtime: runtime(),
    });
    const { first } = network;
    const shown = await first.run("ip", "-6", "address", "show", "dev", "eth0", "to", address);
    expect(shown.stdout).toMatch(/ inet6 fd99::100\/64 .* deprecated/);
    const route = await first.run("ip", "-6", "route", "get", destination);
    expect(route.stdout).toContain(` src ${first.address6} `);
    // Clients reach it all the same.
    expect((await network.tryAtClient("ping", "-c", "1", "-W", "2", address)).status).toBe(0);
  });
});
