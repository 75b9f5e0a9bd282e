import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WorkflowRun } from "./run-workflow.ts";
import { putFile } from "../files.ts";
import { openWorkflowRunner, type WorkflowRunner } from "./workflow-runner.ts";

let folder: string;
let runner: WorkflowRunner;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-workflow-"));
  await writeFile(join(folder, "x.yml"), workflow);
  runner = await openWorkflowRunner({
    file: join(folder, "x.yml"),
    checkOut: (workspace) =>
      putFiles(join(workspace, "packages/shout"), { "action.yml": action, "index.js": program }),
    repository: "example/kiln",
    apiUrl: "http://127.0.0.1:1",
    serverUrl: "http://127.0.0.1:1",
    tokenFor: (permissions) => `token of ${JSON.stringify(permissions)}`,
  });
  runner.secrets["PASSWORD"] = "swordfish\nsecond line";
  runner.vars["LOUD"] = "yes";
});
afterAll(async () => {
  await runner[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const job = ({ jobs }: WorkflowRun, name: string) => jobs.find((one) => one.name === name);

test("jobs run in order, once for each matrix entry, with the outputs of the jobs that they need", async () => {
  const run = await runner.dispatch({ words: '["a", "b"]' });
  expect(run.jobs.map(({ name, result }) => [name, result])).toEqual([
    ["first", "success"],
    ["shout a", "success"],
    ["shout b", "success"],
    ["after", "success"],
  ]);
  expect(run.conclusion).toBe("success");
  expect(job(run, "after")?.log.shown.join("\n")).toContain("all/said-a/a:A!\nall/said-b/b:B!");
});

test("the only artifact that matches is downloaded without a folder of its own", async () => {
  const run = await runner.dispatch({ words: '["a"]' });
  expect(job(run, "after")?.log.shown).toContain("all/a:A!");
});

test("an action gets its inputs, their defaults, and what a step added to the environment", async () => {
  const shout = job(await runner.dispatch({ words: '["a"]' }), "shout a");
  expect(shout?.log.shown).toContain("LOUD=yes MARK=! TOKEN=*** ADDED=by a step");
});

test("an action named by $/ runs in a job without a checkout", async () => {
  const first = job(await runner.dispatch({ words: "[]" }), "first");
  expect(first?.steps["early"]).toMatchObject({ outcome: "success", outputs: { said: "EARLY!" } });
});

test("a failed job does not prevent a job with `always()` from running, and the run fails", async () => {
  const run = await runner.dispatch({ words: '["fail", "b"]' });
  expect(run.jobs.map(({ name, result }) => [name, result])).toEqual([
    ["first", "success"],
    ["shout fail", "failure"],
    ["shout b", "success"],
    ["after", "success"],
  ]);
  expect(run.conclusion).toBe("failure");
  expect(job(run, "shout fail")?.log.annotations).toEqual([
    { level: "error", title: "no", message: "can't\nshout, fail" },
  ]);
  expect(job(run, "shout fail")?.steps["never"]).toMatchObject({ outcome: "skipped" });
});

test("a job is skipped if its condition is false, and so are the jobs that need it", async () => {
  const run = await runner.dispatch({ words: "[]" });
  expect(run.jobs.map(({ name }) => name)).toEqual(["first"]);
});

test("each line of a secret is masked, and so is what a step masks", async () => {
  const run = await runner.dispatch({ words: "[]" });
  expect(job(run, "first")?.log.shown.join("\n")).toMatch(/^password: \*\*\* \*\*\* and \*\*\* $/m);
});

test("a matrix of more jobs than GitHub allows is refused", async () => {
  const words = JSON.stringify(Array.from({ length: 257 }, (_, index) => `w${index}`));
  await expect(runner.dispatch({ words })).rejects.toThrow("257 jobs");
});

async function putFiles(target: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) await putFile(join(target, name), text);
}

const action = `name: Shout
description: Shouts
inputs:
  word: { description: What, required: true }
  mark: { description: How, default: "!" }
  token: { description: Who, default: "\${{ github.token }}" }
outputs:
  said: { description: What was said }
runs: { using: node24, main: index.js }
`;

const program = `
const { appendFileSync } = require("node:fs");
const { INPUT_WORD: word, INPUT_MARK: mark, LOUD, ADDED } = process.env;
console.log("LOUD=" + LOUD + " MARK=" + mark + " TOKEN=" + process.env["INPUT_TOKEN"] + " ADDED=" + ADDED);
if (word === "fail") {
  console.log("::error title=no::can't%0Ashout, fail");
  process.exit(1);
}
appendFileSync(process.env.GITHUB_OUTPUT, "said<<E\\n" + word.toUpperCase() + mark + "\\nE\\n");
`;

const workflow = `name: X
on:
  workflow_dispatch:
    inputs:
      words: { description: Which, type: string }
permissions: {}
env:
  LOUD: \${{ vars.LOUD }}
jobs:
  first:
    runs-on: ubuntu-24.04
    permissions: {}
    outputs:
      words: \${{ steps.words.outputs.words }}
    steps:
      - id: words
        run: |
          echo "::add-mask::made here"
          echo "password: $PASSWORD and made here" | tr '\\n' ' '
          echo
          echo "words=$WORDS" >> "$GITHUB_OUTPUT"
        env:
          PASSWORD: \${{ secrets.PASSWORD }}
          WORDS: \${{ inputs.words }}
      - id: early
        uses: $/packages/shout
        with: { word: early }
  shout:
    name: shout \${{ matrix.word }}
    needs: first
    if: needs.first.outputs.words != '[]'
    runs-on: ubuntu-24.04
    permissions: { contents: read }
    strategy:
      fail-fast: false
      matrix:
        word: \${{ fromJSON(needs.first.outputs.words) }}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - run: echo "ADDED=by a step" >> "$GITHUB_ENV"
      - id: shout
        uses: ./packages/shout
        with:
          word: \${{ matrix.word }}
      - id: never
        run: mkdir said && echo "$SAID" > "said/$WORD"
        env:
          SAID: \${{ steps.shout.outputs.said }}
          WORD: \${{ matrix.word }}
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0
        with:
          name: said-\${{ matrix.word }}
          path: said
  after:
    needs: [first, shout]
    if: \${{ !cancelled() && needs.shout.result != 'skipped' }}
    runs-on: ubuntu-24.04
    permissions: {}
    steps:
      - uses: actions/download-artifact@3e5f45b2cfb9172054b4087a40e8e0b5a5461e7c # v8.0.1
        with:
          pattern: said-*
          path: all
      - run: grep -r . all | sort
`;
