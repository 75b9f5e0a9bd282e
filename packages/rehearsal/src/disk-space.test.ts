import { describe, expect, test } from "vitest";
import { neededSpace, requireSpace } from "./disk-space.ts";

describe("the space for a rehearsal", () => {
  test("is that of three members, and of two more snapshots", () => {
    expect(neededSpace(2e9) - neededSpace(1e9)).toBe(5e9);
  });

  test("is reported if the disk lacks it", async () => {
    await expect(requireSpace({ keys: 1e15 })).rejects.toMatchObject({
      code: "disk-full",
      expected: expect.stringContaining("for three members with a snapshot of 450000000.0 GB"),
    });
  });
});
