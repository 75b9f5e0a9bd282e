import { basename, join } from "node:path";
import { addInterface, type Host } from "@sysext-kiln/booted-host";
import { putFile } from "@sysext-kiln/testbed";
import { expect } from "vitest";
import type { Ours } from "./host-images.ts";

/** The minimal configuration of each service. */
export const configurations: Readonly<Record<Ours, { path: string; text: string }>> = {
  etcd: { path: "/etc/etcd/etcd.env", text: "ETCD_DATA_DIR=/var/lib/etcd\n" },
  keepalived: { path: "/etc/keepalived/keepalived.conf", text: virtualAddress("192.0.2.100") },
};

/** A configuration of keepalived that holds one address, on the interface of `giveInterface`. */
export function virtualAddress(address: string): string {
  const lines = ["state MASTER", "interface eth0", "virtual_router_id 51", "advert_int 1"];
  return `vrrp_instance one {\n${lines.join("\n")}\nvirtual_ipaddress {\n${address}/24\n}\n}\n`;
}

/** Puts a service's configuration into a root file system. */
export async function configure(root: string, name: Ours): Promise<void> {
  const { path, text } = configurations[name];
  await putFile(join(root, path), text);
}

/** Gives a host's network an interface that VRRP can use. */
export async function giveInterface({ network }: Pick<Host, "network">): Promise<void> {
  await addInterface(network, "192.0.2.1/24");
}

/** Runs a command that must succeed; returns its standard output. */
export async function succeed(host: Host, ...command: [string, ...string[]]): Promise<string> {
  const { status, stdout, summary } = await host.run(command);
  expect(status, `${command.join(" ")}: ${summary}`).toBe(0);
  return stdout;
}

/** The name of the image that an extension's link points to. */
export async function linkedImage(host: Host, name: Ours): Promise<string> {
  return basename(await succeed(host, "readlink", `/etc/extensions/${name}.raw`));
}

/** Whether a unit is active. */
export async function isActive(host: Host, unit: string): Promise<boolean> {
  return (await host.run(["systemctl", "is-active", unit])).stdout.trim() === "active";
}

/** A property of a unit, as `systemctl show` spells it. */
export async function property(host: Host, unit: string, name: string): Promise<string> {
  return (await succeed(host, "systemctl", "show", "--value", `--property=${name}`, unit)).trim();
}

/**
 * The journal's lines about a unit: its own, and those that systemd wrote. In a container, systemd 262 may look for a
 * limit of a unit that has just ended.
 */
export async function linesAbout(host: Host, unit: string): Promise<string[]> {
  const lines = (await host.journal(unit))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("--"));
  return lines.filter((line) => !line.includes("Failed to read pids.max for control group"));
}

/** Whether an address is on one of the host's interfaces. */
export async function hasAddress(host: Host, address: string): Promise<boolean> {
  return (await succeed(host, "ip", "address", "show")).includes(` ${address}/`);
}

/** The users that the services run as. */
export const users: Readonly<Record<Ours, string>> = { etcd: "etcd", keepalived: "root" };

/** Waits until a service works; returns the user that it runs as and the version that it reports. */
export async function serving(
  host: Host,
  name: Ours,
): Promise<{ user: string; version: string | undefined }> {
  await host.waitFor(`${name} to run`, () => isActive(host, `${name}.service`));
  const pid = await property(host, `${name}.service`, "MainPID");
  const user = (await succeed(host, "ps", "-o", "user=", "-p", pid)).trim();
  if (name === "keepalived") await host.waitFor("the virtual address", () => hasAddress(host, "192.0.2.100"));
  const { stdout, stderr } = await host.run(versionQueries[name].command);
  return { user, version: versionQueries[name].answer.exec(stdout + stderr)?.[1] };
}

const versionQueries: Readonly<Record<Ours, { command: [string, ...string[]]; answer: RegExp }>> = {
  etcd: {
    command: ["etcdctl", "endpoint", "status", "--write-out=json"],
    answer: /"version":"([\d.]+)"/,
  },
  keepalived: { command: ["keepalived", "--version"], answer: /Keepalived v([\d.]+) / },
};

/** Kills a service as a crash does, and waits until systemd has started it again. */
export async function crash(host: Host, name: Ours): Promise<void> {
  const pid = await property(host, `${name}.service`, "MainPID");
  await succeed(host, "systemctl", "kill", "--signal=KILL", name);
  await host.waitFor(`${name} to be restarted`, async () => {
    const next = await property(host, `${name}.service`, "MainPID");
    return next !== pid && next !== "0";
  });
}

/** Restarts a service with a broken configuration, and waits until systemd itself has restarted it. */
export async function fail(host: Host, name: Ours): Promise<void> {
  const restarts = async () => Number(await property(host, `${name}.service`, "NRestarts"));
  const { status } = await host.run(["systemctl", "restart", name]);
  expect(status).not.toBe(0);
  const before = await restarts();
  await host.waitFor(`${name} to be restarted`, async () => (await restarts()) > before);
}
