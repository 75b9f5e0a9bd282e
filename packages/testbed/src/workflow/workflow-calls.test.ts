import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { putFile } from "../files.ts";
import type { BeforeJob, WorkflowRun } from "./run-workflow.ts";
import { openWorkflowRunner, type WorkflowRunner } from "./workflow-runner.ts";

let folder: string;
let runner: WorkflowRunner;
let beforeJob: BeforeJob;
let started: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-calls-"));
  started = [];
  beforeJob = () => Promise.resolve();
});
afterEach(async () => {
  await runner[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Opens a runner for the workflows, in which it replaces texts. */
async function open(replace: Readonly<Record<string, string>> = {}): Promise<void> {
  for (const [name, text] of Object.entries({ caller, word, say })) {
    const changed = Object.entries(replace).reduce((sum, [from, to]) => sum.replace(from, to), text);
    await putFile(join(folder, ".github/workflows", `${name}.yml`), changed);
  }
  runner = await openWorkflowRunner({
    file: join(folder, ".github/workflows/caller.yml"),
    checkOut: () => Promise.resolve(),
    repository: "example/kiln",
    apiUrl: "http://127.0.0.1:1",
    serverUrl: "http://127.0.0.1:1",
    tokenFor: (permissions) => `token of ${JSON.stringify(permissions)}`,
    beforeJob: async (job, artifacts) => {
      started.push(job.name);
      await beforeJob(job, artifacts);
    },
  });
  Object.assign(runner.secrets, { GIVEN: "swordfish", KEPT: "marlin" });
}

const logOf = ({ jobs }: WorkflowRun, name: string) =>
  jobs.find((one) => one.name === name)?.log.printed.join("\n");
const resultsOf = ({ jobs }: WorkflowRun) => jobs.map(({ name, result }) => `${name}: ${result}`);

describe("a called workflow", () => {
  test("runs once for each entry of a matrix, with names after those of its callers", async () => {
    await open();
    const run = await runner.dispatch();
    expect(resultsOf(run)).toEqual([
      "a / make: success",
      "a / say / say: success",
      "b / make: success",
      "b / say / say: success",
      "after: success",
    ]);
    expect(run.conclusion).toBe("success");
  });

  test("has its own inputs and variables, and only the secrets and permissions that it is given", async () => {
    await open();
    const run = await runner.dispatch();
    expect(logOf(run, "a / say / say")).toContain(
      'said a loud=true given=swordfish kept= env= token=token of {"contents":"read"}',
    );
    expect(run.jobs[1]?.log.shown.join("\n")).toContain("given=***");
  });

  test("gives its caller outputs, of which the last one of a matrix counts", async () => {
    await open();
    expect(logOf(await runner.dispatch(), "after")).toContain("success b");
  });

  test("fails alone, while the other one of a matrix continues", async () => {
    await open({ "test $WORD != c": "test $WORD != a" });
    const run = await runner.dispatch();
    expect(resultsOf(run)).toEqual([
      "a / make: failure",
      "b / make: success",
      "b / say / say: success",
      "after: success",
    ]);
    expect(run.conclusion).toBe("failure");
    expect(logOf(run, "after")).toContain("failure b");
  });

  test("does not wait for the other one of a matrix", async () => {
    await open();
    const { promise: said, resolve } = Promise.withResolvers<void>();
    beforeJob = ({ name }) => {
      if (name === "b / say / say") resolve();
      return name === "a / make" ? said : Promise.resolve();
    };
    expect((await runner.dispatch()).conclusion).toBe("success");
    expect(started.indexOf("b / say / say")).toBeLessThan(started.indexOf("a / say / say"));
  });
});

describe("GitHub refuses", () => {
  test.each([
    [
      "more permissions than the caller has",
      { "contents: read # for all": "issues: read # for all" },
      "contents: read",
    ],
    ["an input that the called workflow lacks", { "word: ${{ matrix.word }}": "words: x" }, "no input words"],
    ["a missing input", { "      word: ${{ matrix.word }}\n": "" }, "not given its input word"],
    ["an input of another type", { "loud: true": "loud: maybe" }, "loud is not a boolean"],
    [
      "a missing secret",
      { "GIVEN: ${{ secrets.GIVEN }}\n      OTHER": "OTHER" },
      "not given its secret GIVEN",
    ],
    ["a workflow that cannot be called", { [sayInterface]: "  push:\n" }, "cannot be called"],
  ])("%s", async (_, replace, message) => {
    await open(replace).then(
      () => expect(runner.dispatch()).rejects.toThrow(message),
      (error: unknown) => expect(String(error)).toContain(message),
    );
    expect(started.filter((name) => name.includes("say"))).toEqual([]);
  });
});

test("jobs of a concurrency group run one at a time, also those of several runs", async () => {
  await open();
  let running = 0;
  beforeJob = async ({ id }) => {
    if (id !== "say") return;
    running += 1;
    expect(running).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const runs = await Promise.all([runner.dispatch(), runner.dispatch()]);
  expect(runs.map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
  expect(started.filter((name) => name.endsWith("say / say"))).toHaveLength(4);
});

test("the failed jobs of a run are run again with those that need them, and nothing else", async () => {
  await open({ "test $WORD != c": `test $WORD != a || test -e ${folder}/fixed` });
  const first = await runner.dispatch();
  expect(first.conclusion).toBe("failure");
  await writeFile(join(folder, "fixed"), "");
  const second = await runner.rerunFailed(first);
  expect(resultsOf(second)).toEqual(["a / make: success", "a / say / say: success", "after: success"]);
  expect(second).toMatchObject({ id: first.id, conclusion: "success" });
  expect(logOf(second, "after")).toContain("success b");
  // The artifact of the job that was not run again is still there.
  expect(await readFile(join(second.artifacts.get("word-b") ?? "", "word.txt"), "utf8")).toBe("b\n");
});

const caller = `name: Caller
on:
  workflow_dispatch:
permissions: {}
env: { OUTSIDE: mine }
jobs:
  words:
    name: \${{ matrix.word }}
    strategy:
      fail-fast: false
      matrix: { word: [a, b] }
    permissions:
      contents: read # for all
    uses: $/.github/workflows/word.yml
    with:
      word: \${{ matrix.word }}
      mark: "!"
    secrets:
      GIVEN: \${{ secrets.GIVEN }}
      OTHER: \${{ secrets.KEPT }}
  after:
    needs: words
    if: \${{ !cancelled() }}
    runs-on: ubuntu-24.04
    permissions: {}
    steps:
      - run: echo "$SEEN"
        env: { SEEN: "\${{ needs.words.result }} \${{ needs.words.outputs.said }}" }
`;

const word = `name: Word
on:
  workflow_call:
    inputs:
      word: { description: What is said, type: string, required: true }
      mark: { description: What is added, type: string }
    outputs:
      said: { description: What was said, value: "\${{ jobs.say.outputs.said }}" }
    secrets:
      GIVEN: { description: A secret, required: true }
      OTHER: { description: Another one, required: false }
permissions: {}
jobs:
  make:
    runs-on: ubuntu-24.04
    permissions: {}
    steps:
      - run: test $WORD != c && echo "$WORD" > word.txt
        env: { WORD: "\${{ inputs.word }}" }
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0
        with: { name: "word-\${{ inputs.word }}", path: word.txt }
  say:
    needs: make
    permissions:
      contents: read
    uses: $/.github/workflows/say.yml
    with: { word: "\${{ inputs.word }}", loud: true }
    secrets: { GIVEN: "\${{ secrets.GIVEN }}" }
`;

const sayInterface = `  workflow_call:
    inputs:
      word: { description: What is said, type: string, required: true }
      loud: { description: How, type: boolean, default: false }
    outputs:
      said: { description: What was said, value: "\${{ jobs.say.outputs.said }}" }
    secrets:
      GIVEN: { description: A secret, required: false }
`;

const say = `name: Say
on:
${sayInterface}permissions: {}
jobs:
  say:
    runs-on: ubuntu-24.04
    concurrency: { group: say, queue: max }
    permissions:
      contents: read
    outputs: { said: "\${{ steps.say.outputs.said }}" }
    steps:
      - id: say
        run: |
          echo "said $WORD loud=$LOUD given=$GIVEN kept=$KEPT env=$OUTSIDE token=$TOKEN"
          echo "said=$WORD" >> "$GITHUB_OUTPUT"
        env:
          WORD: \${{ inputs.word }}
          LOUD: \${{ inputs.loud }}
          GIVEN: \${{ secrets.GIVEN }}
          KEPT: \${{ secrets.KEPT }}
          TOKEN: \${{ github.token }}
`;
