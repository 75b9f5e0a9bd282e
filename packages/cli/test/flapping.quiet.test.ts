import {
  describeNetworks,
  measureFlapping,
  programRuntime,
  renderingContainerRuntime,
  type Runtime,
} from "@sysext-kiln/testbed";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildVrrpPrograms, type VrrpPrograms } from "./vrrp-programs.ts";

/** Long enough for 7 to 20 moves with `rise 2`, and at most 3 with 10 (in 99 % of simulations). */
const seconds = 120;

let programs: VrrpPrograms;

const runtimes: [string, () => Runtime][] = [
  ["the program with the documented values", () => programRuntime(programs.keepalived)],
  ["the container with its defaults", () => renderingContainerRuntime(programs.container)],
];

describeNetworks("nodes whose checks fail half of the time", () => {
  beforeAll(async () => {
    programs = await buildVrrpPrograms();
  });
  afterAll(() => programs[Symbol.asyncDispose]());

  describe.each(runtimes)("and that run %s", (_, runtime) => {
    test("seldom move the address", async () => {
      const { moves } = await measureFlapping(
        {
          addresses: ["10.99.0.100"],
          advertInterval: 1,
          priorities: [200, 200, 200],
          runtime: runtime(),
          checkTimes: { interval: 1, fall: 2 },
        },
        seconds,
      );
      expect(moves).toBeLessThanOrEqual(4);
    });
  });
});
