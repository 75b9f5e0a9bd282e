import { cp } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describeOnHosts } from "@sysext-kiln/testbed";
import type { Host } from "@sysext-kiln/booted-host";
import { expect, test } from "vitest";
import { useHostImages } from "./host-images.ts";
import {
  configurations,
  giveInterface,
  hasAddress,
  isActive,
  property,
  succeed,
  virtualAddress,
} from "./host-services.ts";
import { bootPlainHost } from "./plain-host.ts";

const images = useHostImages();
const kilnHost = fileURLToPath(
  new URL("../../../extensions/kiln-host/files/usr/lib/sysext-kiln/kiln-host", import.meta.url),
);
const unit = "keepalived.service";
const { path } = configurations.keepalived;
const addresses = ["192.0.2.100", "192.0.2.101"] as const;
const misspelt = virtualAddress(addresses[1]).replace("virtual_ipaddress", "virtual_ipadress");

const requireIncludes = "global_defs {\n  include_check\n}\n";

/** keepalived exits instead of reloading this one. */
const withoutInterface = virtualAddress(addresses[0]).replace("eth0", "eth9");

async function bootMaster(suite: Host["suite"]): Promise<Host> {
  const host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "keepalived") });
  await giveInterface(host);
  await host.write(path, virtualAddress(addresses[0]));
  await host.waitFor("the address", () => hasAddress(host, addresses[0]));
  return host;
}

describeOnHosts.concurrent("keepalived", (suite) => {
  test("survives a reload of an invalid configuration, and takes the corrected one", async () => {
    await using host = await bootMaster(suite);
    const pid = await property(host, unit, "MainPID");
    await host.write(path, misspelt);
    expect(await host.run(["systemctl", "reload", unit])).not.toMatchObject({ status: 0 });
    expect(await host.journal(unit)).toContain("virtual_ipadress");
    expect(await property(host, unit, "MainPID")).toBe(pid);
    expect(await property(host, unit, "ActiveState")).toBe("active");
    expect(await hasAddress(host, addresses[0])).toBe(true);

    await host.write(path, virtualAddress(addresses[1]));
    await succeed(host, "systemctl", "reload", unit);
    await host.waitFor("the new address", () => hasAddress(host, addresses[1]));
    await host.waitFor("the old address to go", async () => !(await hasAddress(host, addresses[0])));
    expect(await property(host, unit, "MainPID")).toBe(pid);
  });
});

describeOnHosts.concurrent("keepalived without anything to run", (suite) => {
  test("is active, and a reload starts what has been configured since then", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "keepalived") });
    await giveInterface(host);
    await host.write(path, "global_defs {\n  router_id test\n}\ninclude conf.d/*.conf\n");
    await host.waitFor("the service", () => isActive(host, unit));
    await succeed(host, "systemctl", "reload", unit);
    await host.waitFor("the end of the reload", () => isActive(host, unit));
    await host.write("/etc/keepalived/conf.d/one.conf", virtualAddress(addresses[0]));
    await succeed(host, "systemctl", "reload", unit);
    await host.waitFor("the address", () => hasAddress(host, addresses[0]));
    await host.waitFor("the end of the reload", () => isActive(host, unit));
    expect(await property(host, unit, "NRestarts")).toBe("0");
  });
});

describeOnHosts.concurrent("an update of keepalived", (suite) => {
  test("waits while its configuration was edited and is invalid, and keeps the running instance", async () => {
    await using host = await bootMaster(suite);
    const image = basename(images.path("keepalived"));
    const newer = image.replace(/-v[\d.]+/, "-v99.0.0");
    await cp(kilnHost, join(host.root, "opt/kiln-host"), { recursive: true });
    await host.write("/etc/sysupdate.keepalived.d/keepalived.conf", transfer);
    const run = () => host.run(["sh", "/opt/kiln-host/kiln-host", "run"]);
    const status = async () => (await host.run(["sh", "/opt/kiln-host/kiln-host", "status"])).stdout;
    expect(await run()).toMatchObject({ status: 0 });
    expect(await status()).toContain(`keepalived: settled\n  in use       ${image}`);
    const pid = await property(host, unit, "MainPID");

    await cp(images.path("keepalived"), join(host.root, "opt/extensions/keepalived", newer));
    await host.write(path, misspelt);
    expect(await run()).toMatchObject({ status: 0 });
    const waits = new RegExp(`waits +${newer} since .*: ${path} is invalid: .*virtual_ipadress`);
    expect(await status()).toMatch(waits);
    expect(await property(host, unit, "MainPID")).toBe(pid);
    expect(await hasAddress(host, addresses[0])).toBe(true);

    await host.write(path, `${requireIncludes}${virtualAddress(addresses[1])}include none.conf\n`);
    expect(await run()).toMatchObject({ status: 0 });
    expect(await status()).toMatch(new RegExp(`waits +${newer} since .*: ${path} is invalid: .*none.conf`));

    await host.write(path, virtualAddress(addresses[1]));
    expect(await run()).toMatchObject({ status: 0 });
    expect(await status()).toContain(`keepalived: settled\n  in use       ${newer}`);
    expect(await property(host, unit, "MainPID")).not.toBe(pid);
    await host.waitFor("the new address", () => hasAddress(host, addresses[1]));
  });
});

/** The image is put on the host by hand; nothing answers at this address. */
const transfer = `[Source]
Type=url-file
Path=http://127.0.0.1:9/
MatchPattern=keepalived-v@v-%a.raw

[Target]
Type=regular-file
Path=/opt/extensions/keepalived
`;

describeOnHosts.concurrent("keepalived that has ended", (suite) => {
  const define = suite === "bookworm-backports" ? withOldIp : withNewIp;
  define(suite);
});

function withOldIp(suite: Host["suite"]): void {
  test("starts again where ip does not show which addresses keepalived has added", async () => {
    await using host = await bootMaster(suite);
    expect(await succeed(host, "ip", "address", "show", "dev", "eth0")).not.toContain(" proto ");
    await killAll(host);
    await host.waitFor("a restart", async () => (await property(host, unit, "NRestarts")) === "1");
    await host.waitFor("the service", async () => (await property(host, unit, "SubState")) === "running");
    expect(await host.journal(unit)).not.toContain("release-addresses");
  });
}

function withNewIp(suite: Host["suite"]): void {
  test("leaves no address behind, neither killed nor after a signal with an invalid configuration", async () => {
    await using host = await bootMaster(suite);
    await host.write(path, misspelt);
    await killAll(host);
    await host.waitFor("the address to go", async () => !(await hasAddress(host, addresses[0])));
    const removal = `removing ${addresses[0]}/24 from eth0`;
    await host.waitFor("the log of it", async () => (await host.journal(unit)).includes(removal));
    for (const own of ["127.0.0.1", "192.0.2.1"]) expect(await hasAddress(host, own)).toBe(true);

    await host.write(path, virtualAddress(addresses[0]));
    await succeed(host, "systemctl", "restart", unit);
    await host.waitFor("the address", () => hasAddress(host, addresses[0]));
    await host.write(path, withoutInterface);
    await succeed(host, "systemctl", "kill", "--kill-whom=main", "--signal=HUP", unit);
    await host.waitFor("its end", async () => (await host.journal(unit)).includes("permanent error CONFIG"));
    await host.waitFor("the address to go", async () => !(await hasAddress(host, addresses[0])));
  });

  test("leaves the addresses of another keepalived alone", async () => {
    await using host = await bootMaster(suite);
    const other = virtualAddress(addresses[1]).replace("virtual_router_id 51", "virtual_router_id 52");
    await host.write("/etc/keepalived/other.conf", other);
    const pids = [
      "--pid=/run/other.pid",
      "--vrrp_pid=/run/other-vrrp.pid",
      "--checkers_pid=/run/other-checkers.pid",
    ];
    const command = ["keepalived", "--dont-fork", "--use-file=/etc/keepalived/other.conf", ...pids];
    await succeed(host, "systemd-run", "--unit=other", ...command);
    await host.waitFor("the other address", () => hasAddress(host, addresses[1]));
    await host.write(path, misspelt);
    await killAll(host);
    await host.waitFor("the cleanup", async () =>
      (await host.journal(unit)).includes("is another keepalived"),
    );
    expect(await hasAddress(host, addresses[1])).toBe(true);
  });
}

/** Kills every process of the service as a crash does, not as systemd does. */
async function killAll(host: Host): Promise<void> {
  const group = `/sys/fs/cgroup${await property(host, unit, "ControlGroup")}/cgroup.procs`;
  await succeed(host, "sh", "-c", `kill -KILL $(cat ${group})`);
}
