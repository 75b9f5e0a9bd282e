import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { describeOnHosts } from "../describe.ts";
import { everyPrefix, someSubsets, type Crash } from "./crash.ts";
import { recordWrites, type Recording } from "./record.ts";
import { openReplayer } from "./replay.ts";

const text = "0123456789abcdef".repeat(600);

/** Records a shell script that writes `state/file`. @param before what the file contains before; without it, there is none */
function recordScript(script: string, before?: string): Promise<Recording> {
  return recordWrites({
    fill: async (folder) => {
      await mkdir(join(folder, "state"));
      await writeFile(join(folder, "text"), text);
      if (before !== undefined) await writeFile(join(folder, "state/file"), before);
    },
    work: async (folder) => {
      const shell = ["-euc", `cd "$1"\n${script}`, "sh"];
      expect(await folder.run("sh", (root) => [...shell, root])).toMatchObject({ status: 0 });
    },
  });
}

/** What `state/file` contains after a power failure: all states that occur. */
async function statesAfter(recording: Recording): Promise<Set<string>> {
  await using replayer = await openReplayer();
  const found = new Set<string>();
  for (const { name, disk } of crashesOf(recording)) {
    const state = await replayer
      .mounted(disk, ({ path }) => stateOf(path))
      .catch((error: unknown) => `${name}: ${String(error)}`);
    found.add(state);
  }
  return found;
}

function* crashesOf(recording: Recording): Generator<Crash> {
  yield* everyPrefix(recording);
  yield* someSubsets(recording, 1, 20);
}

async function stateOf(folder: string): Promise<string> {
  const file = join(folder, "state/file");
  if (!existsSync(file)) return "missing";
  const found = await readFile(file, "utf8");
  return { "": "empty", before: "old", [text]: "new" }[found] ?? "damaged";
}

describeOnHosts.once("a file that is written under another name and renamed", () => {
  test("can be empty after a power failure if nothing was synced", async () => {
    const recording = await recordScript("cat text >state/new; mv state/new state/file");
    expect(await statesAfter(recording)).toEqual(new Set(["missing", "empty"]));
  });

  test("can be empty even if it replaces another file", async () => {
    const recording = await recordScript("cat text >state/new; mv state/new state/file", "before");
    expect(await statesAfter(recording)).toEqual(new Set(["old", "empty"]));
  });

  test("is the old or the new file after a power failure if it was synced before", async () => {
    const script = "cat text >state/new; sync state/new; mv state/new state/file; sync state";
    const recording = await recordScript(script, "before");
    expect(recording.events.filter(({ kind }) => kind === "flush").length).toBeGreaterThan(2);
    expect(await statesAfter(recording)).toEqual(new Set(["old", "new"]));
  });
});
