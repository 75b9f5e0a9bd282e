import { expect, test } from "vitest";
import { openConcurrencyGroups } from "./concurrency.ts";

/** Starts pieces of work in one group, lets the first end, and returns what each returned. */
async function runAll(queue: "single" | "max", count: number): Promise<(number | undefined)[]> {
  const { within } = openConcurrencyGroups();
  const { promise: end, resolve } = Promise.withResolvers<void>();
  const order: number[] = [];
  const all = Array.from({ length: count }, (_, index) =>
    within({ group: "publish", queue }, async () => {
      order.push(index);
      await end;
      return index;
    }),
  );
  resolve();
  const returned = await Promise.all(all);
  expect(order).toEqual(returned.filter((one) => one !== undefined));
  return returned;
}

test("a group with a queue runs everything, in order, up to 100 that wait", async () => {
  expect(await runAll("max", 3)).toEqual([0, 1, 2]);
  expect((await runAll("max", 102)).at(-1)).toBeUndefined();
  expect((await runAll("max", 101)).at(-1)).toBe(100);
});

test("of what waits in a group without a queue, only the newest runs", async () => {
  expect(await runAll("single", 4)).toEqual([0, undefined, undefined, 3]);
});

test("work that fails does not keep its group from continuing, and groups do not wait for each other", async () => {
  const { within } = openConcurrencyGroups();
  await expect(within({ group: "a" }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await within({ group: "a" }, () => within({ group: "b" }, () => Promise.resolve(1)))).toBe(1);
});
