import { tryRun } from "@sysext-kiln/machine";
import { describe, expect, test } from "vitest";

/** What a log shows of phases, in JavaScript. */
async function logged(phases: string, options = "{}"): Promise<string[]> {
  const script = `
    import { openReporter } from ${JSON.stringify(new URL("reporter.ts", import.meta.url).href)};
    const { promise: meeting, resolve: meet } = Promise.withResolvers();
    await openReporter({}).run(${phases}, ${options});`;
  const { stdout } = await tryRun(process.execPath, ["--input-type=module", "--eval", script]);
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => line.replaceAll(/ \(\d+:\d\d\)/g, ""));
}

describe("a log", () => {
  test("names the phase in each line, if several run at the same time", async () => {
    const phases = `[
      { title: "build one", async run(say) { say("compiling"); await meeting; say("packing"); } },
      { title: "build two", async run(say) { say("compiling"); meet(); throw new Error("no\\n\\x1b[2Jspace"); } },
    ]`;
    const lines = await logged(phases, "{ concurrency: 2 }");
    expect(lines.toSorted()).toEqual([
      "› build one: compiling",
      "› build one: packing",
      "› build two: compiling",
      "✔ build one",
      "✖ build two [FAILED: no\\n\\u001b[2Jspace]",
      "❯ build one",
      "❯ build two",
    ]);
  });

  test("names a phase that runs alone only once", async () => {
    const phases = `["one", "two"].map((title) => ({ title, run: async (say) => say("of " + title) }))`;
    expect(await logged(phases)).toEqual(["❯ one", "› of one", "✔ one", "❯ two", "› of two", "✔ two"]);
  });

  test("gets one line of a progress", async () => {
    const phases = `[{ title: "send", async run(say) { for (const done of [1, 2, 3]) say(done + " of 3 MB"); } }]`;
    expect(await logged(phases)).toEqual(["❯ send", "› 1 of 3 MB", "✔ send"]);
  });
});
