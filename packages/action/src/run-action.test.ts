import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tryRun, type Outcome } from "@sysext-kiln/machine";
import { afterEach, beforeEach, expect, test } from "vitest";

const index = fileURLToPath(new URL("index.ts", import.meta.url));
const machine = fileURLToPath(import.meta.resolve("@sysext-kiln/machine"));
const zod = fileURLToPath(import.meta.resolve("zod"));
const errors = fileURLToPath(import.meta.resolve("@sysext-kiln/error"));

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-action-"));
  for (const name of ["output", "summary"]) await writeFile(join(folder, name), "");
});
afterEach(() => rm(folder, { recursive: true }));

/** Runs an action as the runner does, and returns what it printed. */
async function start(work: string, inputs: Readonly<Record<string, string>>): Promise<Outcome> {
  const script = `
    import { markdownTable, runAction, useToken } from ${JSON.stringify(index)};
    import { settings } from ${JSON.stringify(machine)};
    import { z } from ${JSON.stringify(zod)};
    import { KilnError } from ${JSON.stringify(errors)};
    const inputs = z.object({ size: z.enum(["small", "large"], { error: "small or large" }).default("small"), token: z.string().optional() });
    await runAction({ inputs, outputs: { made: "nothing" } }, async ({ inputs: { size, token }, ...action }) => { ${work} });
  `;
  await writeFile(join(folder, "action.ts"), script);
  const env = { GITHUB_OUTPUT: join(folder, "output"), GITHUB_STEP_SUMMARY: join(folder, "summary") };
  return tryRun(process.execPath, [join(folder, "action.ts")], { env: { ...env, ...inputs } });
}

const written = (name: "output" | "summary") => readFile(join(folder, name), "utf8");

test("an action reads its inputs, logs its phases as groups, and sets its outputs", async () => {
  const work =
    'action.phase("Making"); action.say(size); action.phase("Checking"); action.setOutput("made", size);';
  const { status, stdout } = await start(work, { INPUT_SIZE: "large" });
  expect(status).toBe(0);
  expect(stdout.trim().split("\n")).toEqual([
    "::group::Making",
    "large",
    "::endgroup::",
    "::group::Checking",
    "::endgroup::",
  ]);
  expect(await written("output")).toMatch(/made<<\S+\nnothing\n\S+\nmade<<\S+\nlarge\n/);
});

test("phases that run at the same time share a group, in which each line begins with its phase", async () => {
  const work = `
    const phase = (name, error) => ({ title: "build " + name, run: async (say) => {
      for (const done of [1, 2, 3]) { say("sending, " + done + " of 3 MB"); await null; }
      if (error) throw error;
    } });
    const error = new KilnError("build-failed", { expected: "a", found: "b\\n::c", next: "d" });
    const errors = await action.reporter.run([phase("one"), phase("two", error)], { concurrency: 2 });
    action.setOutput("made", String(errors.length));
  `;
  const { stdout } = await start(work, {});
  expect(stdout.trim().split("\n")).toEqual([
    "::group::build one, build two",
    "build one: sending, 1 of 3 MB",
    "build two: sending, 1 of 3 MB",
    "build two: failed: expected a; found b ::c",
    "::endgroup::",
  ]);
  expect(await written("output")).toContain("\n1\n");
});

test("a program's output is not a command to the runner", async () => {
  const lines = [
    "::warning::mine",
    "  ::set-output name=a::b",
    "#7 0.3 ##[add-mask]e",
    "#8 std::string",
    "a\r::warning::mine\n::warning::mine",
  ];
  const { stdout } = await start(`for (const line of ${JSON.stringify(lines)}) action.log(line);`, {});
  expect(stdout.split("\n").slice(0, 5)).toEqual([
    ": :warning::mine",
    "  : :set-output name=a::b",
    "#7 0.3 # #[add-mask]e",
    "#8 std::string",
    "a ::warning::mine ::warning::mine",
  ]);
});

test("what comes from outside cannot act on a terminal that shows the log, the annotations or the summary", async () => {
  const work = `
    const text = "a\\u001b[2J\\u009b2J\\u202eb";
    action.phase(text);
    action.say(text);
    await action.reporter.run([{ title: text, run: async (say) => say(text) }]);
    action.summarize(text);
    action.summarize(markdownTable([text], [[text]]));
    action.fail(new KilnError("build-failed", { expected: text, found: "https://me:hunter2@a/", next: text }));
    throw new Error(text);`;
  const { stdout, stderr } = await start(work, {});
  const everything = stdout + stderr + (await written("summary"));
  expect(everything).not.toMatch(/[^\P{Cc}\r\n]|\u202e|hunter2/u);
  expect(everything.match(/a.{1,12}2J.{1,12}2J.{1,12}b/g)?.length).toBeGreaterThanOrEqual(7);
});

test("an action behind a proxy sends its requests there", async () => {
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", ({ url = "" }: IncomingMessage, socket: Duplex) => {
    asked.push(url);
    socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n");
  });
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
  const address = proxy.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const { status } = await start(`await fetch("https://github.invalid/");`, {
    https_proxy: url,
    no_proxy: "",
  });
  proxy.close();
  expect({ status, asked }).toEqual({ status: 1, asked: ["github.invalid:443"] });
});

test("an invalid input causes one annotation, and the outputs keep their defaults", async () => {
  const { status, stdout } = await start("", { INPUT_SIZE: "huge\n::warning::mine" });
  expect(status).toBe(1);
  expect(stdout.trim()).toBe(
    '::error title=usage::expected the input size to be small or large%0Afound: "huge\\n::warning::mine"%0Anext: correct "size" under "with:" of this step, or the variable that it is taken from',
  );
  expect(await written("output")).toContain("nothing");
});

test("each error is one annotation with its three parts, and the summary is still written", async () => {
  const work = `
    action.summarize(markdownTable(["what", "how"], [["a|b", "<img src=x>"]]));
    const error = (expected) => new KilnError("build-failed", { expected, found: "x", next: "y" });
    action.fail(error("one"));
    throw new AggregateError([error("two"), new Error("three")]);`;
  const { status, stdout } = await start(work, {});
  expect(status).toBe(1);
  const annotations = stdout.split("\n").filter((line) => line.startsWith("::error "));
  expect(annotations).toEqual([
    "::error title=build-failed::expected one%0Afound: x%0Anext: y",
    "::error title=build-failed::expected two%0Afound: x%0Anext: y",
    expect.stringMatching(/^::error title=unexpected::three%0A/),
  ]);
  expect(stdout).not.toMatch(/^ +at /m);
  expect(await written("summary")).toContain("| a&#124;b | &#60;img src=x&#62; |");
});

test("a token is masked, and not in the environment of programs that an action starts", async () => {
  const work = `
    useToken(token);
    const names = Object.keys(process.env).filter((name) => /TOKEN/.test(name));
    console.log(JSON.stringify({ names, token: settings().githubToken }));`;
  const { stdout } = await start(work, {
    INPUT_TOKEN: "very-secret",
    ACTIONS_RUNTIME_TOKEN: "the runner's",
  });
  expect(stdout.trim().split("\n")).toEqual([
    "::add-mask::very-secret",
    JSON.stringify({ names: [], token: "very-secret" }),
  ]);
});
