import { expect, test } from "vitest";
import { whenAllSettled } from "./members.ts";

test("the results of all work are returned in its order", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const all = whenAllSettled([promise, Promise.resolve("two")]);
  resolve("one");
  expect(await all).toEqual(["one", "two"]);
});

test("a failure is thrown when the rest of the work has ended, too", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const ended: string[] = [];
  const slow = promise.then((name) => ended.push(name));
  const all = whenAllSettled([Promise.reject(new Error("cannot boot")), slow]);
  const seen = all.catch((error: unknown) => [...ended, String(error)]);
  await new Promise(setImmediate);
  resolve("the other host");
  expect(await seen).toEqual(["the other host", "Error: cannot boot"]);
});
