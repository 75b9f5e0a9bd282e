import { describeOnHosts } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { ours, useHostImages } from "./host-images.ts";
import {
  configurations,
  crash,
  fail,
  serving,
  giveInterface,
  hasAddress,
  linesAbout,
  property,
  succeed,
  virtualAddress,
} from "./host-services.ts";
import { bootPlainHost } from "./plain-host.ts";

const images = useHostImages();
const { healthy } = images;

/** Configurations with which a service fails immediately. */
const broken = {
  etcd: "ETCD_LISTEN_CLIENT_URLS=nonsense\n",
  keepalived: virtualAddress("192.0.2.100").replace("eth0", "eth9"),
};

describeOnHosts.concurrent("a running service of ours", (suite) => {
  test.for(ours)("%s is restarted after a crash, and when its configuration is fixed", async (name) => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, name) });
    await giveInterface(host);
    const { path, text } = configurations[name];
    await host.write(path, text);
    expect(await serving(host, name)).toEqual(healthy(name));
    await crash(host, name);
    expect(await serving(host, name)).toEqual(healthy(name));
    await host.write(path, broken[name]);
    await fail(host, name);
    await host.write(path, text);
    expect(await serving(host, name)).toEqual(healthy(name));
  });

  test("keepalived reloads its configuration, and logs everything once", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "keepalived") });
    await giveInterface(host);
    await host.write(configurations.keepalived.path, virtualAddress("192.0.2.100"));
    expect(await serving(host, "keepalived")).toEqual(healthy("keepalived"));
    const pid = await property(host, "keepalived.service", "MainPID");

    await host.write(configurations.keepalived.path, virtualAddress("192.0.2.101"));
    await succeed(host, "systemctl", "reload", "keepalived");
    await host.waitFor("the new address", () => hasAddress(host, "192.0.2.101"));
    await host.waitFor("the old address to go", async () => !(await hasAddress(host, "192.0.2.100")));
    expect(await property(host, "keepalived.service", "MainPID")).toBe(pid);
    const journal = await linesAbout(host, "keepalived.service");
    expect(journal.filter((line) => line.includes("Startup complete"))).toHaveLength(1);
  });

  test("keepalived runs its check scripts as their own user", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "keepalived") });
    await giveInterface(host);
    const script = 'vrrp_script who {\nscript "/usr/bin/touch /tmp/checked"\ninterval 1\n}\n';
    const tracked = virtualAddress("192.0.2.100").replace(
      "advert_int 1",
      "advert_int 1\ntrack_script {\nwho\n}",
    );
    const globals = "global_defs {\nenable_script_security\n}\n";
    await host.write(configurations.keepalived.path, `${globals}${script}${tracked}`);
    const checked = () => host.run(["stat", "--format=%U", "/tmp/checked"]);
    await host.waitFor("a check", async () => (await checked()).status === 0);
    expect(await checked()).toMatchObject({ stdout: "keepalived_script" });
    expect(await serving(host, "keepalived")).toEqual(healthy("keepalived"));
  });
});
