import { describeOnHosts } from "@sysext-kiln/testbed";
import type { Host } from "@sysext-kiln/booted-host";
import { expect, test } from "vitest";
import { useHostImages } from "./host-images.ts";
import {
  configurations,
  giveInterface,
  hasAddress,
  linesAbout,
  succeed,
  virtualAddress,
} from "./host-services.ts";
import { bootPlainHost } from "./plain-host.ts";

const images = useHostImages();
const { path } = configurations.keepalived;
const address = "192.0.2.100";
const file = "/run/sysext-kiln/keepalived.prom";
// With what a parser could stumble over.
const password = "],[x:y";
const configuration = virtualAddress(address)
  .replace("vrrp_instance one", "vrrp_instance 'one: a'".replaceAll("'", '"'))
  .replace("advert_int 1", `advert_int 1\nauthentication {\nauth_type PASS\nauth_pass ${password}\n}`);

describeOnHosts.concurrent("keepalived on a host", (suite) => {
  test("has metrics for node_exporter, without the password, and without a message for each run", async () => {
    await using host = await bootPlainHost({ suite, prepare: (root) => images.link(root, "keepalived") });
    await giveInterface(host);
    await host.write(path, configuration);
    await host.waitFor("the address", () => hasAddress(host, address));
    const labels = 'vrrp_instance="one: a",interface="eth0",virtual_router_id="51"';
    const assigned = `keepalived_vrrp_address_assigned{${labels},address="${address}"} 1`;
    await host.waitFor("metrics", async () => (await metricsOf(host)).includes(assigned));
    const metrics = await metricsOf(host);
    for (const line of [
      "keepalived_up 1",
      `keepalived_vrrp_state{${labels}} 2`,
      "# TYPE keepalived_vrrp_became_master_total counter",
      `keepalived_vrrp_became_master_total{${labels}} 1`,
      `keepalived_vrrp_packet_errors_total{${labels},reason="authentication_failure"} 0`,
    ]) {
      expect(metrics.split("\n")).toContain(line);
    }
    expect(metrics).not.toContain(password);
    expect(await host.run(["ls", "/tmp/keepalived.json"])).not.toMatchObject({ status: 0 });
    expect(await linesAbout(host, "keepalived-metrics.service")).toEqual([]);

    // Another one than the newest file in /tmp.
    await succeed(
      host,
      "sh",
      "-c",
      `echo '[{"data":{}}]' >/tmp/keepalived.json; chown 1 /tmp/keepalived.json`,
    );
    await succeed(host, "systemctl", "start", "keepalived-metrics.service");
    expect(await metricsOf(host)).toContain(assigned);

    await succeed(host, "systemctl", "mask", "--runtime", "--now", "keepalived.path", "keepalived.service");
    await host.waitFor(
      "the end of the metrics",
      async () => !(await metricsOf(host)).includes("keepalived_vrrp"),
    );
    expect(await metricsOf(host)).toMatch(/^keepalived_up 0$/m);
    // A warning once, not every 15 seconds.
    await succeed(host, "systemctl", "start", "keepalived-metrics.service");
    const warnings = await linesAbout(host, "keepalived-metrics.service");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain("no metrics of keepalived: it does not run");

    await succeed(host, "systemctl", "unmask", "--runtime", "keepalived.path", "keepalived.service");
    await succeed(host, "systemctl", "start", "keepalived.path");
    await host.waitFor("metrics again", async () => (await metricsOf(host)).includes(assigned));
  });
});

async function metricsOf(host: Host): Promise<string> {
  return (await host.run(["cat", file])).stdout;
}
