import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { reasonsOf } from "./reasons.ts";

test.each([
  ["itself", new Error("bad port"), "bad port"],
  ["what caused it", new Error("fetch failed", { cause: new Error("bad port") }), "bad port"],
  ["nothing else", new TypeError("fetch failed"), "fetch failed"],
  [
    "the failures at each address",
    new Error("fetch failed", {
      cause: new AggregateError([new Error("refused by ::1"), new Error("refused by 127.0.0.1")]),
    }),
    "refused by ::1: refused by 127.0.0.1",
  ],
  ["the same twice", new Error("reset", { cause: new Error("reset") }), "reset"],
  ["no error", "aborted", "aborted"],
])("the reasons of a failed request are %s", (_, error, reasons) => {
  expect(reasonsOf(error)).toBe(reasons);
});

test("a refused connection is a reason why fetch failed", async () => {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  server.close();
  await once(server, "close");
  const error: unknown = await fetch(`http://localhost:${port}/`).catch((reason: unknown) => reason);
  expect(reasonsOf(error)).toMatch(/ECONNREFUSED/);
});
