import { mkdtempDisposable, readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "@sysext-kiln/machine";
import { beforeAll, expect, test } from "vitest";
import { z } from "zod";

const monitoring = fileURLToPath(new URL("../../../deploy/monitoring", import.meta.url));
const metricsProgram = fileURLToPath(
  new URL("../../../extensions/kiln-host/files/usr/lib/sysext-kiln/kiln-host/metrics.sh", import.meta.url),
);
let folder: AsyncDisposable & { path: string };
let promtool: string;

beforeAll(async () => {
  folder = await mkdtempDisposable(join(tmpdir(), "kiln-promtool-"));
  // Not installed: that would start the server.
  await run("apt-get", ["download", "prometheus"], { cwd: folder.path });
  const [name = ""] = await readdir(folder.path);
  await run("dpkg-deb", ["--extract", join(folder.path, name), folder.path]);
  promtool = join(folder.path, "usr/bin/promtool");
  return () => folder[Symbol.asyncDispose]();
}, 300_000);

test("promtool accepts the alert rules, and each one fires and stays silent as its test says", async () => {
  await run(promtool, ["check", "rules", "kiln-host.rules.yaml"], { cwd: monitoring });
  await run(promtool, ["test", "rules", "kiln-host.rules.test.yaml"], { cwd: monitoring });
  const rules = await readFile(join(monitoring, "kiln-host.rules.yaml"), "utf8");
  const tests = await readFile(join(monitoring, "kiln-host.rules.test.yaml"), "utf8");
  for (const [, name] of rules.matchAll(/alert: (\w+)/g)) expect(tests).toContain(`alertname: ${name}`);
});

const metricsIn = (text: string) => new Set(text.match(/kiln_host_[a-z_]+/g));

test("the rules and the dashboard use the metrics that kiln-host writes, and all of them are documented", async () => {
  const written = metricsIn(await readFile(metricsProgram, "utf8"));
  const dashboard = await readFile(join(monitoring, "dashboard.json"), "utf8");
  expect(z.object({ panels: z.array(z.unknown()).min(5) }).safeParse(JSON.parse(dashboard)).success).toBe(
    true,
  );
  const rules = await readFile(join(monitoring, "kiln-host.rules.yaml"), "utf8");
  expect([...metricsIn(rules + dashboard)].filter((name) => !written.has(name))).toEqual([]);
  expect(metricsIn(await readFile(join(monitoring, "README.md"), "utf8"))).toEqual(written);
});
