import { readFile } from "node:fs/promises";
import { parse } from "yaml";
import { expect, test } from "vitest";
import { z } from "zod";
import { systemdVersions, usualSystemd } from "@sysext-kiln/booted-host";
import { tiers } from "../src/commands/test/tiers.ts";

const root = new URL("../../../", import.meta.url);

const configSchema = z.object({
  default: z.object({
    test: z.object({ projects: z.array(z.object({ test: z.object({ name: z.string() }) })) }),
  }),
});

const ciSchema = z.object({
  on: z.object({ schedule: z.array(z.object({ cron: z.string() })).min(1) }),
  jobs: z.object({
    slow: z.object({ strategy: z.object({ matrix: z.object({ tier: z.array(z.string()) }) }) }),
  }),
});

test("continuous integration runs every tier on a schedule", async () => {
  const config = configSchema.parse(await import(new URL("vitest.config.ts", root).href));
  const names = config.default.test.projects.map((project) => project.test.name);
  const ci = ciSchema.parse(parse(await readFile(new URL(".github/workflows/ci.yml", root), "utf8")));
  const usual = tiers.filter(({ isUsual }) => isUsual).map(({ name }) => name);
  expect([...usual, "long", "quiet", ...ci.jobs.slow.strategy.matrix.tier].toSorted()).toEqual(
    names.toSorted(),
  );
});

test("continuous integration boots hosts with every systemd for each change", async () => {
  const script = await readFile(new URL(".ci/run", root), "utf8");
  expect(script).toContain(`\nrun test --tier long --systemd ${systemdVersions.toSorted().join(",")}\n`);
  expect(script).toContain("\nrun test --tier quiet\n");
  const others = /^run test --tier host --systemd ([\d,]+)$/m.exec(script)?.[1]?.split(",") ?? [];
  expect([usualSystemd, ...others].toSorted()).toEqual(systemdVersions.toSorted());
});
