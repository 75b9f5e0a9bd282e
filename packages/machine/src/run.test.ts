import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { run, tryRun } from "./run.ts";

const node = process.execPath;

test("run gives the standard output", async () => {
  expect(await run("printf", ["%s", "a b; c"])).toBe("a b; c");
});

test("a failure carries the command, the status and the program's last words", async () => {
  const script = "console.error('no such thing'); process.exit(3)";
  await expect(run(node, ["-e", script])).rejects.toMatchObject({
    code: "command-failed",
    found: "exit status 3: no such thing",
  });
});

test("a program that is not there is a failure like others", async () => {
  const outcome = await tryRun("/nonexistent/program", []);
  expect(outcome.status).toBeUndefined();
  expect(outcome.summary).toContain("ENOENT");
});

test("lines of both streams come while the program runs", async () => {
  const lines: string[] = [];
  const script = "console.log('out'); console.error('err')";
  await run(node, ["-e", script], { onLine: (line) => lines.push(line) });
  expect(lines.toSorted()).toEqual(["err", "out"]);
});

test("streams go in and out without being kept", async () => {
  const output = new PassThrough();
  const input = new PassThrough();
  input.end("through");
  const [, received] = await Promise.all([run("cat", [], { input, output }), text(output)]);
  expect(received).toBe("through");
});

test("a program that takes too long is ended, and that is said", async () => {
  const outcome = await tryRun("sleep", ["60"], { timeoutMs: 50 });
  expect(outcome).toMatchObject({ timedOut: true, summary: "it did not end in time" });
});

test("an abort ends the program and rejects with its reason", async () => {
  const stop = new AbortController();
  const ended = tryRun("sleep", ["60"], { signal: stop.signal });
  stop.abort(new Error("enough"));
  await expect(ended).rejects.toThrow("enough");
});
