import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describeOnHosts } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { root } from "../paths.ts";
import { simulateFleet } from "./simulate-fleet.ts";

describeOnHosts.once("docs/rollouts.md", () => {
  test("has the table that the simulation of 100 hosts prints, of which six are booted and do the same", async () => {
    const said: string[] = [];
    const table = await simulateFleet({ count: 100, boots: true, say: (line) => said.push(line) });
    expect(await readFile(join(root, "docs/rollouts.md"), "utf8")).toContain(table);
    expect(said.filter((line) => line.startsWith("booting"))).toHaveLength(6);
  });
});
