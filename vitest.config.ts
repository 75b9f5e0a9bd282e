import { defineConfig } from "vitest/config";

/**
 * A tier is a suffix: `x.test.ts` is quick, `x.network.test.ts` makes networks of machines that fail over, and needs root,
 * `x.build.test.ts` builds images, `x.host.test.ts` boots hosts and needs root; `x.slow.test.ts` and `x.fresh.test.ts` take
 * minutes. They run in this order, one after the other: those of the network measure, and nothing else may run meanwhile.
 */
const tiers = ["unit", "network", "build", "host", "slow", "fresh"] as const;
type Tier = (typeof tiers)[number];

/** How long a test may take: one that hangs must not hold up everything, and what is built for the first time takes its time. */
const minutes: Readonly<Record<Tier, number>> = {
  unit: 1,
  network: 3,
  build: 15,
  host: 3,
  slow: 30,
  fresh: 30,
};

export default defineConfig({
  test: {
    // Node itself loads the sources, so that a test accepts exactly the syntax that production does.
    experimental: { viteModuleRunner: false },
    // Tests wait as much as they work: for hosts that boot, for timers, for one another's programs.
    maxWorkers: "100%",
    maxConcurrency: 6,
    projects: tiers.map((tier, groupOrder) => ({
      extends: true as const,
      test: {
        name: tier,
        ...filesOf(tier),
        testTimeout: minutes[tier] * 60_000,
        hookTimeout: 1_800_000,
        sequence: { groupOrder },
      },
    })),
  },
});

function filesOf(tier: Tier) {
  if (tier !== "unit") return { include: [`packages/**/*.${tier}.test.ts`] };
  const others = tiers.filter((other) => other !== "unit").map((other) => `**/*.${other}.test.ts`);
  return { include: ["packages/**/*.test.ts"], exclude: ["**/node_modules/**", ...others] };
}
