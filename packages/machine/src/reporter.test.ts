import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { stepsOf } from "./reporter.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a log gets every step, and of a progress the first line and one every 30 seconds", () => {
  const lines: string[] = [];
  const say = stepsOf((line) => lines.push(line));
  for (let second = 0; second <= 65; second += 1) {
    say(`sending, ${second} of 65 MB`);
    vi.advanceTimersByTime(1000);
  }
  say("comparing");
  say("sending, 1 of 2 MB");
  expect(lines).toEqual([
    "sending, 0 of 65 MB",
    "sending, 30 of 65 MB",
    "sending, 60 of 65 MB",
    "comparing",
    "sending, 1 of 2 MB",
  ]);
});
