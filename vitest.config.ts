import { defineConfig } from "vitest/config";
import { tiers } from "./packages/cli/src/commands/test/tiers.ts";

export default defineConfig({
  test: {
    // Node itself loads the sources, so that a test accepts exactly the syntax that production does.
    experimental: { viteModuleRunner: false },
    // Tests wait as much as they work: for hosts that boot, for timers, for one another's programs.
    maxWorkers: "100%",
    maxConcurrency: 6,
    projects: tiers.map(({ name, minutes, bootsHosts = false, isSerial = false }, groupOrder) => ({
      extends: true as const,
      test: {
        name,
        ...filesOf(name),
        testTimeout: minutes * 60_000,
        hookTimeout: 1_800_000,
        globalSetup: bootsHosts ? ["packages/testbed/src/host/prepare-machine.ts"] : [],
        sequence: { groupOrder },
        ...(isSerial ? { maxWorkers: 1 } : {}),
      },
    })),
  },
});

function filesOf(name: string) {
  if (name !== "unit") return { include: [`packages/**/*.${name}.test.ts`] };
  const others = tiers.filter((other) => other.name !== "unit").map((other) => `**/*.${other.name}.test.ts`);
  return { include: ["packages/**/*.test.ts"], exclude: ["**/node_modules/**", ...others] };
}
