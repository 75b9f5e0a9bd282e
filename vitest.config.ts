import { defineConfig } from "vitest/config";

/**
 * A tier is a suffix: `x.test.ts` is quick, `x.build.test.ts` builds images, `x.host.test.ts` boots hosts and needs root,
 * `x.network.test.ts` makes networks of machines that fail over, and needs root; `x.slow.test.ts` and `x.fresh.test.ts` take minutes.
 */
const slower = ["build", "host", "network", "slow", "fresh"] as const;

/** How long one test may take: one that hangs must not hold up everything, and what is built for the first time takes its time. */
const minutes = { build: 15, host: 3, network: 3, slow: 30, fresh: 30 } as const;

/** Its tests measure: nothing else runs meanwhile, and they mostly wait, so some run at the same time. */
const alone = { sequence: { groupOrder: 1 }, fileParallelism: true, maxWorkers: 2, maxConcurrency: 6 };

export default defineConfig({
  test: {
    // Node itself loads the sources, so that a test accepts exactly the syntax that production does.
    experimental: { viteModuleRunner: false },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["packages/**/*.test.ts"],
          exclude: ["**/node_modules/**", ...slower.map((tier) => `**/*.${tier}.test.ts`)],
        },
      },
      ...slower.map((tier) => ({
        extends: true as const,
        test: {
          name: tier,
          include: [`packages/**/*.${tier}.test.ts`],
          testTimeout: minutes[tier] * 60_000,
          hookTimeout: 1_800_000,
          fileParallelism: false,
          ...(tier === "network" ? alone : {}),
        },
      })),
    ],
  },
});
