import { describeOnHosts, somePrefixes, someSubsets } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { problemsAfter, recordUpdates } from "./power-loss.ts";

// The tier faults tries every prefix of the writes.
describeOnHosts.once("a power failure during an update", () => {
  test("leaves valid files, and kiln-host settles in its next run", async () => {
    await using updates = await recordUpdates();
    const { recording } = updates;
    expect(await problemsAfter(updates, somePrefixes(recording, 1, 30))).toEqual([]);
    expect(await problemsAfter(updates, someSubsets(recording, 1, 10))).toEqual([]);
    expect(updates.outcomes()).toBeGreaterThan(8);
  });

  test("would leave damaged files if kiln-host did not sync them", async () => {
    await using updates = await recordUpdates({ syncs: false });
    const problems = await problemsAfter(updates, somePrefixes(updates.recording, 1, 100), 1);
    expect(problems).toEqual([expect.stringMatching(/the state is damaged: ""/)]);
  });
});
