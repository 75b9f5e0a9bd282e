import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { run, tryRun } from "./run.ts";

const node = process.execPath;

test("run returns the standard output", async () => {
  expect(await run("printf", ["%s", "a b; c"])).toBe("a b; c");
});

test("an error has the command, the status and the last lines of the program", async () => {
  const script = "console.error('no such thing'); process.exit(3)";
  await expect(run(node, ["-e", script])).rejects.toMatchObject({
    code: "command-failed",
    found: "exit status 3: no such thing",
  });
});

test("a program that does not exist fails like others", async () => {
  const outcome = await tryRun("/nonexistent/program", []);
  expect(outcome.status).toBeUndefined();
  expect(outcome.summary).toContain("ENOENT");
});

test("lines of both streams are passed on", async () => {
  const lines: string[] = [];
  const script = "console.log('out'); console.error('err')";
  await run(node, ["-e", script], { onLine: (line) => lines.push(line) });
  expect(lines.toSorted()).toEqual(["err", "out"]);
});

test("streams can be connected to the program", async () => {
  const output = new PassThrough();
  const input = new PassThrough();
  input.end("through");
  const [, received] = await Promise.all([run("cat", [], { input, output }), text(output)]);
  expect(received).toBe("through");
});

test("a program that takes too long is ended, and the result says so", async () => {
  const outcome = await tryRun("sleep", ["60"], { timeoutMs: 50 });
  expect(outcome).toMatchObject({ timedOut: true, summary: "it timed out" });
});

test("an abort ends the program and rejects with the reason of the abort", async () => {
  const stop = new AbortController();
  const ended = tryRun("sleep", ["60"], { signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(ended).rejects.toThrow("enough");
});
