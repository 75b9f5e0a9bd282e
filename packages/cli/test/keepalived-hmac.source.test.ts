import { randomBytes } from "node:crypto";
import {
  aloneAt,
  answered,
  describeWithSource,
  measureFailover,
  openVrrpNetwork,
  programConfiguration,
  programRuntime,
  renderingContainerRuntime,
  type HmacOptions,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectEnforced, expectTwoMasters, openNetwork, sweep, type Network } from "./hmac-network.ts";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

const first = `hex:${randomBytes(32).toString("hex")}`;
const second = randomBytes(32).toString("base64");

const networks = [
  { name: "VRRP 2", address: "10.99.0.100", advertInterval: 1 },
  { name: "VRRP 3", address: "10.99.0.100", advertInterval: 0.1 },
  { name: "IPv6", address: "fd99::100", advertInterval: 0.1 },
];
const quick: Network = { address: "10.99.0.100", advertInterval: 0.1 };

const receiveOnly = `    auth_hmac {
        key 1 ${first}
        active_key 1
        mode receive-only
    }
`;

/** keepalived 2.4, and the version of the default upstream, which does not know auth_hmac. */
let current: VrrpPrograms;
let older: VrrpPrograms;

const hmac = (mode: HmacOptions["mode"], more: Partial<HmacOptions> = {}) => ({
  hmac: { mode, keys: [first], ...more },
});

describeWithSource("KILN_TEST_KEEPALIVED_SOURCE", "auth_hmac", (source) => {
  beforeAll(async () => {
    current = await buildVrrpPrograms(source);
    older = await buildVrrpPrograms();
  });
  afterAll(async () => {
    await current[Symbol.asyncDispose]();
    await older[Symbol.asyncDispose]();
  });

  describe.each(networks)("with $name", (network) => {
    test("in mode enforce makes a second master of a node without it, and neither gives up", async () => {
      await expectTwoMasters(network, [
        programRuntime(current.keepalived, hmac("enforce")),
        programRuntime(current.keepalived),
      ]);
    });

    test("is rolled out by reloads, from receive-only to permissive to enforce, without a move or a pause", async () => {
      await using elected = await openNetwork(network, programRuntime(current.keepalived));
      const { nodes } = elected;
      await using probe = elected.probe(network.address);
      await answered(elected, probe, 10);
      const before = elected.changes.length;
      const started = performance.now();
      await sweep(elected, nodes, network, (text) =>
        text.replace("    virtual_ipaddress", `${receiveOnly}    virtual_ipaddress`),
      );
      await sweep(elected, nodes, network, (text) => text.replace("mode receive-only", "mode permissive"));
      await sweep(elected, nodes, network, (text) => text.replace("mode permissive", "mode enforce"));
      expect(elected.changes.slice(before)).toEqual([]);
      expect(probe.longestGap(started)).toBeLessThan(500);

      // A new key: every node verifies both, then signs with the new one, then forgets the old one.
      await sweep(elected, nodes, network, (text) =>
        text.replace("active_key 1", `key 2 ${second}\n        active_key 1`),
      );
      await sweep(elected, nodes, network, (text) => text.replace("active_key 1", "active_key 2"));
      await sweep(elected, nodes, network, (text) => text.replace(`key 1 ${first}\n`, "\n"));
      expect(elected.changes.slice(before)).toEqual([]);
      expect(probe.longestGap(started)).toBeLessThan(500);
      await expectEnforced(elected, network);
    });

    test("in mode enforce moves the address to a node with the same key, in a container from variables too", async () => {
      const options = hmac("enforce", { keys: [first, second], active: 2 });
      await using elected = await openNetwork(network, [
        programRuntime(current.keepalived, options),
        renderingContainerRuntime(current.container, options),
      ]);
      await using probe = elected.probe(network.address);
      await answered(elected, probe, 10);
      const to = { probe, address: network.address, to: elected.second };
      const { takeover } = await measureFailover(elected, to, () => elected.first.unplug());
      expect(takeover).toBeLessThan(3000 * network.advertInterval + 1000);
      await elected.first.plug();
      await aloneAt(elected, network.address, elected.first);
    });
  });

  test.each([
    [undefined, "receive-only"],
    ["receive-only", "permissive"],
    ["permissive", "enforce"],
  ] as const)(
    "next to mode %s, mode %s has one master, whichever node has the address",
    async (mode, next) => {
      const [before, after] = [mode === undefined ? {} : hmac(mode), hmac(next)];
      for (const [one, other] of [
        [before, after],
        [after, before],
      ] as const) {
        await using elected = await openNetwork(quick, [
          programRuntime(current.keepalived, one),
          renderingContainerRuntime(current.container, other),
        ]);
        // Ten intervals: three are enough to take it.
        await elected.tryAtClient("sleep", "1");
        expect(elected.owners(quick.address)).toEqual([elected.first.name]);
      }
    },
  );

  test("in mode enforce makes a second master of a node with an older keepalived", async () => {
    await expectTwoMasters(quick, [
      programRuntime(current.keepalived, hmac("enforce")),
      programRuntime(older.keepalived),
    ]);
  });

  test("in mode permissive makes a second master of a node that does not have it yet", async () => {
    await expectTwoMasters(quick, [
      programRuntime(current.keepalived, hmac("permissive")),
      programRuntime(current.keepalived),
    ]);
  });

  test("does not go together with a password: nodes of both kinds make two masters", async () => {
    const network = { ...quick, advertInterval: 1 };
    await expectTwoMasters(network, [
      programRuntime(current.keepalived, hmac("receive-only")),
      programRuntime(current.keepalived, { password: "secret" }),
    ]);
  });

  test("with another key makes two masters", async () => {
    await expectTwoMasters(quick, [
      programRuntime(current.keepalived, hmac("enforce")),
      programRuntime(current.keepalived, hmac("enforce", { keys: [second] })),
    ]);
  });

  test("is rejected by an older keepalived, which has no address if it runs anyway", async () => {
    await using network = await openVrrpNetwork({
      ...{ addresses: [quick.address], advertInterval: quick.advertInterval, priorities: [100, 50] },
      runtime: programRuntime(older.keepalived, hmac("receive-only")),
    });
    const [node] = network.nodes;
    if (node === undefined) throw new Error("a network without a node");
    await node.start();
    await network.until("keepalived to read its configuration", () => node.log().includes("auth_hmac"));
    const tested = await node.run(older.keepalived, "-t", `--use-file=${programConfiguration}`);
    expect(tested.status).not.toBe(0);
    expect(tested.stderr).toContain("auth_hmac");
    // Twenty intervals: four are enough to take it.
    await network.tryAtClient("sleep", "2");
    expect(network.owners(quick.address)).toEqual([]);
  });

  describe("keepalivedctl", () => {
    test("shows a key neither in the configuration that it prints, nor in its log, nor in its metrics", async () => {
      const options = hmac("enforce", { keys: [first, second] });
      await using elected = await openNetwork(quick, renderingContainerRuntime(current.container, options));
      const node = elected.first;
      const exec = (...words: string[]) =>
        node.run("runc", "--root=/run/runc", "exec", "keepalived", ...words);
      const rendered = await exec("/usr/bin/keepalivedctl", "render");
      expect(rendered.stdout).toContain(
        "        key 1 ********\n        key 2 ********\n        active_key 1\n        mode enforce\n",
      );
      const metrics = await exec("/usr/bin/keepalivedctl", "metrics");
      expect(metrics.stdout).toContain('reason="authentication_invalid_hmac"');
      expect(node.log()).toContain("authentication by HMAC, mode enforce, signing key 1");
      const texts = [rendered.stdout, rendered.stderr, metrics.stdout, metrics.stderr, node.log()].join("\n");
      for (const key of [first.slice(4), second, Buffer.from(second).toString("hex")])
        expect(texts).not.toContain(key);
    });

    test("reads the keys as a user other than root, whose group may read them", async () => {
      const options = hmac("enforce");
      const identity = { uid: 65532, noNewPrivileges: false };
      await using elected = await openNetwork(quick, [
        renderingContainerRuntime(current.container, options, identity),
        programRuntime(current.keepalived, options),
      ]);
      await using probe = elected.probe(quick.address);
      await answered(elected, probe, 10);
      const to = { probe, address: quick.address, to: elected.second };
      const moved = await measureFailover(elected, to, () => elected.first.stop());
      expect(moved.gap).toBeLessThan(500);
    });

    test("refuses the variables with a keepalived that does not know auth_hmac", async () => {
      await using network = await openVrrpNetwork({
        ...{ addresses: [quick.address], advertInterval: 1, priorities: [100, 50] },
        runtime: renderingContainerRuntime(older.container, hmac("enforce")),
      });
      const [node] = network.nodes;
      await node?.start();
      expect(await node?.ended()).toBe(78);
      expect(node?.log()).toMatch(
        /expected keepalived 2\.4\.2 or newer in this container, because keys of HMAC are set\n {2}found: keepalived 2\.3\.\d+, which does not know auth_hmac/,
      );
    });
  });
});
