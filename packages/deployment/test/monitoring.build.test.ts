import { mkdtempDisposable, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "@sysext-kiln/machine";
import { unpackDebianPackage } from "@sysext-kiln/testbed";
import { beforeAll, expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const monitoring = join(root, "deploy/monitoring");
/** Each program that writes metrics, with the files about them. */
const programs = [
  {
    name: "kiln-host",
    source: "extensions/kiln-host/files/usr/lib/sysext-kiln/kiln-host/metrics.sh",
    metrics: /kiln_host_[a-z_]+/g,
    dashboard: "dashboard.json",
  },
  {
    name: "keepalived",
    source: "deploy/container/keepalivedctl/metrics.go",
    metrics: /keepalived_(?:up|check_[a-z_]+|vrrp_[a-z_]+)/g,
    dashboard: "keepalived.dashboard.json",
  },
] as const;
let folder: AsyncDisposable & { path: string };
let promtool: string;

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), "kiln-promtool-"));
  await unpackDebianPackage("prometheus", folder.path);
  promtool = join(folder.path, "usr/bin/promtool");
  return () => folder[Symbol.asyncDispose]();
}, 300_000);

test.each(programs)(
  "promtool accepts the alert rules about $name, and each one fires and stays silent as its test says",
  async ({ name }) => {
    await run(promtool, ["check", "rules", `${name}.rules.yaml`], { cwd: monitoring });
    await run(promtool, ["test", "rules", `${name}.rules.test.yaml`], { cwd: monitoring });
    const rules = await readFile(join(monitoring, `${name}.rules.yaml`), "utf8");
    const tests = z
      .object({ tests: z.array(z.object({ alert_rule_test: z.array(alertSchema) })) })
      .parse(parse(await readFile(join(monitoring, `${name}.rules.test.yaml`), "utf8")))
      .tests.flatMap((one) => one.alert_rule_test);
    for (const [, alert] of rules.matchAll(/alert: (\w+)/g)) {
      expect(
        tests.filter(({ alertname }) => alertname === alert).map((one) => one.exp_alerts.length > 0),
      ).toContain(true);
    }
  },
);

const alertSchema = z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()) });

test.each(programs)(
  "the rules and the dashboard use the metrics that $name writes, and all of them are documented",
  async ({ name, source, metrics, dashboard }) => {
    const metricsIn = (text: string) => new Set(text.match(metrics));
    const written = metricsIn(await readFile(join(root, source), "utf8"));
    const panels = await readFile(join(monitoring, dashboard), "utf8");
    expect(z.object({ panels: z.array(z.unknown()).min(5) }).safeParse(JSON.parse(panels)).success).toBe(
      true,
    );
    const rules = await readFile(join(monitoring, `${name}.rules.yaml`), "utf8");
    expect([...metricsIn(rules + panels)].filter((one) => !written.has(one))).toEqual([]);
    expect(metricsIn(await readFile(join(monitoring, "README.md"), "utf8"))).toEqual(written);
  },
);

test("hosts write the same metrics of keepalived as its container, except for the container's own check", async () => {
  const ofContainer = await keepalivedMetricsIn("deploy/container/keepalivedctl/metrics.go");
  const ofHosts = await keepalivedMetricsIn("extensions/keepalived/files/usr/lib/keepalived/write-metrics");
  ofContainer.delete("keepalived_check_success");
  expect(ofHosts).toEqual(ofContainer);
});

async function keepalivedMetricsIn(path: string): Promise<Set<string>> {
  const text = await readFile(join(root, path), "utf8");
  return new Set(text.match(/keepalived_(?:up|check_success|vrrp_[a-z_]+)/g));
}
