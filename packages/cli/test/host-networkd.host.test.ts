import { describeOnHosts, readExamples } from "@sysext-kiln/testbed";
import { suiteOfSystemd, type Host } from "@sysext-kiln/booted-host";
import { expect, test } from "vitest";
import { useHostImages } from "./host-images.ts";
import { configurations, giveInterface, hasAddress, succeed, virtualAddress } from "./host-services.ts";
import { bootPlainHost } from "./plain-host.ts";

const images = useHostImages();
const unit = "keepalived.service";
const address = "192.0.2.100";
const examples = await readExamples();

/** The drop-in in docs/keepalived.md. */
function documentedDropIn(): string {
  const found = examples.find(
    ({ info: [language, path] }) => language === "ini" && path?.includes(".network.d/"),
  );
  if (found === undefined) throw new Error("the documentation has no drop-in for networkd");
  return found.text;
}

/** Boots a host whose interface networkd manages, and on which keepalived has an address. */
async function bootManaged(suite: Host["suite"], dropIn: string | undefined): Promise<Host> {
  const host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "keepalived") });
  await giveInterface(host);
  const network = "/etc/systemd/network/10-eth0.network";
  await host.write(network, "[Match]\nName=eth0\n\n[Network]\nAddress=192.0.2.1/24\n");
  if (dropIn !== undefined) await host.write(`${network}.d/10-keepalived.conf`, dropIn);
  // networkd replaces an address that differs from its own, and the kernel removes keepalived's together with it.
  await succeed(host, "ip", "-4", "address", "flush", "dev", "eth0");
  await succeed(host, "systemctl", "start", "systemd-networkd");
  await host.waitFor("the host's own address", () => hasAddress(host, "192.0.2.1"));
  await host.write(configurations.keepalived.path, virtualAddress(address));
  await host.waitFor("the address", () => hasAddress(host, address));
  return host;
}

/** How often keepalived has lost its role. */
async function losses(host: Host): Promise<number> {
  return (await host.journal(unit)).split("Entering BACKUP STATE").length - 1;
}

describeOnHosts.concurrent("systemd-networkd", (suite) => {
  // oxlint-disable-next-line vitest/no-conditional-tests -- networkd 254 behaves differently
  if (suite === suiteOfSystemd["254"]) {
    test("keeps keepalived's address when it restarts, but not when it reconfigures, not even with the drop-in", async () => {
      await using host = await bootManaged(suite, documentedDropIn());
      await succeed(host, "systemctl", "restart", "systemd-networkd");
      const state = async () => (await host.run(["networkctl", "status", "eth0"])).stdout;
      await host.waitFor("eth0 to be configured", async () => (await state()).includes("(configured)"));
      expect(await losses(host)).toBe(0);
      await succeed(host, "networkctl", "reconfigure", "eth0");
      await host.waitFor("keepalived to react", async () => (await losses(host)) > 0);
      await host.waitFor("the address again", () => hasAddress(host, address));
    });
    return;
  }

  test("removes keepalived's address when it restarts", async () => {
    await using host = await bootManaged(suite, undefined);
    await succeed(host, "systemctl", "restart", "systemd-networkd");
    await host.waitFor("keepalived to react", async () => (await losses(host)) > 0);
    expect(await losses(host)).toBe(1);
  });

  test("keeps it with the documented drop-in, when it restarts, reconfigures the interface and reloads", async () => {
    await using host = await bootManaged(suite, documentedDropIn());
    await succeed(host, "systemctl", "restart", "systemd-networkd");
    await succeed(host, "networkctl", "reconfigure", "eth0");
    await host.write("/etc/systemd/network/10-eth0.network.d/20-mtu.conf", "[Link]\nMTUBytes=1400\n");
    await succeed(host, "networkctl", "reload");
    await host.waitFor("the new MTU", async () => (await link(host)).includes(" mtu 1400 "));
    const state = async () => (await host.run(["networkctl", "status", "eth0"])).stdout;
    await host.waitFor("eth0 to be configured", async () => (await state()).includes("(configured)"));
    expect(await losses(host)).toBe(0);
    expect(await hasAddress(host, address)).toBe(true);
  });
});

function link(host: Host): Promise<string> {
  return succeed(host, "ip", "link", "show", "dev", "eth0");
}
