import { expect, test } from "vitest";

/** Stands in for tests that can't run here: one skipped test that says why, and a failed one in continuous integration. */
export function refuse(reason: string): () => void {
  const { CI = "" } = process.env;
  const mayBeSkipped = ["", "0", "false"].includes(CI);
  return () => {
    // oxlint-disable-next-line vitest/valid-title -- the title is the reason
    test.skipIf(mayBeSkipped)(reason, () => expect.fail(reason));
  };
}
