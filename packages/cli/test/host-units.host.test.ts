import { describeOnHosts } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { ours, useHostImages, type Ours } from "./host-images.ts";
import {
  configurations,
  configure,
  serving,
  giveInterface,
  isActive,
  linesAbout,
  property,
  succeed,
} from "./host-services.ts";
import { bootPlainHost, merge } from "./plain-host.ts";

const images = useHostImages();
const { healthy } = images;

describeOnHosts.concurrent("a service of ours", (suite) => {
  const bootConfigured = (name: Ours) =>
    bootPlainHost({
      suite,
      prepare: async (root) => {
        await images.link(root, name);
        await configure(root, name);
      },
    });

  test("etcd runs as its own user after the first boot and the next one", async () => {
    await using host = await bootConfigured("etcd");
    expect(await serving(host, "etcd")).toEqual(healthy("etcd"));
    const pid = await property(host, "etcd.service", "MainPID");
    expect((await succeed(host, "ps", "-o", "ni=", "-p", pid)).trim()).toBe("-10");
    // The process itself gets no more than this machine allows a container.
    expect(await property(host, "etcd.service", "LimitNOFILE")).toBe("65536");
    await host.reboot();
    expect(await serving(host, "etcd")).toEqual(healthy("etcd"));
  });

  test("etcd runs as its own user after a merge at run time", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => configure(root, "etcd") });
    await images.link(host.root, "etcd");
    await merge(host);
    expect(await serving(host, "etcd")).toEqual(healthy("etcd"));
  });

  test.for(ours)("%s logs nothing without its configuration, and starts once it exists", async (name) => {
    await using host = await bootPlainHost({ suite });
    await giveInterface(host);
    await images.link(host.root, name);
    await merge(host);
    await host.waitFor("the path unit", () => isActive(host, `${name}.path`));
    // Each of these makes systemd look again at what it upholds.
    await succeed(host, "systemctl", "daemon-reload");
    await succeed(host, "systemctl", "start", "multi-user.target");
    await succeed(host, "systemctl", "daemon-reload");
    expect(await property(host, `${name}.service`, "ActiveState")).toBe("inactive");
    expect(await property(host, `${name}.path`, "SubState")).toBe("waiting");
    expect(await linesAbout(host, `${name}.service`)).toEqual([]);
    expect(await linesAbout(host, `${name}.path`)).toHaveLength(1);
    expect((await host.run(["systemctl", "is-system-running", "--wait"])).stdout.trim()).toBe("running");

    await host.write(configurations[name].path, configurations[name].text);
    expect(await serving(host, name)).toEqual(healthy(name));
    expect(await property(host, `${name}.service`, "NRestarts")).toBe("0");
    // Indefinitely, with pauses.
    const settings = ["Restart", "RestartUSec", "StartLimitIntervalUSec"];
    const values = settings.map((setting) => property(host, `${name}.service`, setting));
    expect(await Promise.all(values)).toEqual(["always", "5s", "0"]);
  });

  test.for(ours)("%s can be copied to /var/lib/extensions, and enabled by hand", async (name) => {
    await using host = await bootPlainHost({ suite });
    await giveInterface(host);
    await images.copy(host.root, name);
    await merge(host);
    await host.write(configurations[name].path, configurations[name].text);
    await succeed(host, "systemctl", "enable", "--now", name);
    expect(await serving(host, name)).toEqual(healthy(name));
    await host.reboot();
    expect(await serving(host, name)).toEqual(healthy(name));
  });

  test.for(ours)("%s is stopped by a mask until the next boot", async (name) => {
    await using host = await bootConfigured(name);
    await giveInterface(host);
    expect(await serving(host, name)).toEqual(healthy(name));
    await succeed(host, "systemctl", "mask", "--runtime", "--now", `${name}.path`, `${name}.service`);
    await succeed(host, "systemctl", "daemon-reload");
    await succeed(host, "systemctl", "start", "multi-user.target");
    expect(await isActive(host, `${name}.service`)).toBe(false);
    expect(await host.run(["pgrep", "--exact", name])).toMatchObject({ status: 1 });
    await host.reboot();
    expect(await serving(host, name)).toEqual(healthy(name));
  });
});
