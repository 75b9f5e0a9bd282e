import { setTimeout as delay } from "node:timers/promises";

const betweenLooksMs = 50;

/** Checks a condition repeatedly until it holds. @returns whether it did in time */
export async function waitUntil(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) return false;
    await delay(betweenLooksMs);
  }
  return true;
}
