import {
  answered,
  containerOfEnvironment,
  describeNetworks,
  execCommand,
  measureFailover,
  openVrrpNetwork,
  type VrrpNetwork,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const address = "10.99.0.100";

let programs: VrrpPrograms;

describeNetworks("the container without root", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  test("moves an address, answers the probes, and removes what a killed keepalived has left", async () => {
    await using network = await open({ noNewPrivileges: false });
    const [first, second] = network.nodes;
    if (first === undefined || second === undefined) throw new Error("a network has two nodes");
    await first.start();
    await network.until("the address", () => network.owners(address).join("") === first.name);
    expect(await first.run("sh", "-c", "stat --format=%u /proc/$(pidof -s keepalived)")).toMatchObject({
      stdout: "65532",
    });
    const files = await first.run(
      "ls",
      "/run/bundle/run-keepalived",
      "/run/bundle/run-keepalived/conf/keepalived",
    );
    expect(files.stdout.split("\n")).toEqual(expect.arrayContaining(["conf", "data", "keepalived.conf"]));
    const ready = await first.run(...execCommand("/usr/bin/keepalivedctl", "ready"));
    expect(ready).toMatchObject({ status: 0, stdout: "virtual_ips MASTER, priority 100" });
    await second.start();
    await network.until("a backup", () => second.log().includes("Entering BACKUP STATE"));
    await using probe = network.probe(address);
    await answered(network, probe, 10);
    const moved = await measureFailover(network, { probe, address, to: second }, () => first.stop());
    expect(moved.gap).toBeLessThan(500);

    await second.run("sh", "-c", "kill -KILL $(pidof keepalived)");
    await network.until("the address to be removed", () => network.owners(address).length === 0);
    expect(await second.ended()).not.toBe(0);
  });

  test("says what it needs if the kernel ignores the capabilities of its program", async () => {
    await using network = await open({ noNewPrivileges: true });
    const [node] = network.nodes;
    await node?.start();
    expect(await node?.ended()).toBe(77);
    expect(node?.log()).toContain(
      "expected to run as root (uid 0), or as another user with allowPrivilegeEscalation: true",
    );
    expect(node?.log()).toContain("found: uid 65532 without capabilities");
  });
});

function open({ noNewPrivileges }: { noNewPrivileges: boolean }): Promise<VrrpNetwork> {
  const variables = {
    KEEPALIVED_VIRTUAL_IPS: `${address},eth0,24`,
    KEEPALIVED_ADVERT_INTERVAL: "0.1",
    // As Metal3 can set them.
    CUSTOM_CONF_DIR: "/run/keepalived/conf",
    CUSTOM_DATA_DIR: "/run/keepalived/data",
  };
  return openVrrpNetwork({
    addresses: [address],
    advertInterval: 0.1,
    priorities: [100, 100],
    runtime: containerOfEnvironment(programs.container, () => variables, { uid: 65532, noNewPrivileges }),
  });
}
