import { describeOnHosts, everyPrefix, faultSeed, someSubsets } from "@sysext-kiln/testbed";
import { expect, test } from "vitest";
import { problemsAfter, recordUpdates } from "./power-loss.ts";

describeOnHosts.once("kiln-host settles in its next run, and all files are valid", () => {
  test("after every prefix of the block writes of two updates", async () => {
    await using updates = await recordUpdates();
    expect(updates.recording.events.length).toBeGreaterThan(200);
    expect(await problemsAfter(updates, everyPrefix(updates.recording))).toEqual([]);
    expect(updates.outcomes()).toBeGreaterThan(20);
  });

  test("after the loss of any of the unflushed writes", async () => {
    await using updates = await recordUpdates();
    const crashes = someSubsets(updates.recording, faultSeed(), 300);
    expect(await problemsAfter(updates, crashes)).toEqual([]);
  });
});
