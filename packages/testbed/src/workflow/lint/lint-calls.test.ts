import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { putFile } from "../../files.ts";
import { lintWorkflow } from "./lint.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiln-lint-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Lints a caller, and the workflow that it calls, in which it replaces a text. */
async function lint(from = "", to = ""): Promise<string> {
  for (const [name, text] of Object.entries({ caller, called }))
    await putFile(join(folder, `.github/workflows/${name}.yml`), text.replace(from, to));
  const problems = await Promise.all(["caller.yml", "called.yml"].map((name) => lintWorkflow(folder, name)));
  return problems.flat().join("\n");
}

describe("of a call, the lint reports", () => {
  test("nothing if it is correct", async () => {
    expect(await lint()).toBe("");
  });

  test.each([
    [
      "a workflow that a caller in another repository would not find",
      "$/.github",
      "./.github",
      "use $/ instead of ./",
    ],
    ["a workflow that does not exist", "called.yml", "cold.yml", "no such file"],
    [
      "a permission that is missing",
      "contents: write # for",
      "contents: read # for",
      "requests contents: write, but",
    ],
    [
      "a permission that no called job needs",
      "contents: write # for",
      "issues: write # x\n      contents: write # for",
      "job call allows issues: write, which no called job requests",
    ],
    [
      "a permission without a reason",
      " # for the called job",
      "",
      "no comment says why it needs contents: write",
    ],
    [
      "an input that the called workflow lacks",
      "      who: me",
      "      whom: me",
      "called.yml has no input whom",
    ],
    ["a missing input", "      who: me", "      mark: x", "called.yml is not given its input who"],
    ["a secret that the called workflow lacks", "KEY: ${{", "KEYS: ${{", "called.yml has no secret KEYS"],
    ["a misspelt output of a call", "call.outputs.done", "call.outputs.doen", "job call has no output doen"],
    [
      "a secret that is not declared",
      "secrets.KEY }} # used",
      "secrets.KEI }} # used",
      "there is no secret KEI",
    ],
    ["an input that is not declared", "inputs.who", "inputs.whom", "there is no input whom"],
    ["an output of no job", "jobs.work.outputs.done", "jobs.work.outputs.don", "job work has no output don"],
  ])("%s", async (_, from, to, problem) => {
    expect(await lint(from, to)).toContain(problem);
  });
});

const caller = `name: Caller
on:
  workflow_dispatch:
permissions: {}
jobs:
  call:
    name: call
    permissions:
      contents: write # for the called job
    uses: $/.github/workflows/called.yml
    with:
      who: me
    secrets:
      KEY: \${{ secrets.ANY }}
  after:
    name: after
    needs: call
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {}
    steps:
      - if: needs.call.outputs.done != ''
        run: "true"
`;

const called = `name: Called
on:
  workflow_call:
    inputs:
      who: { description: Who, type: string, required: true }
      mark: { description: How, type: string }
    outputs:
      done: { description: What, value: "\${{ jobs.work.outputs.done }}" }
    secrets:
      KEY: { description: A key, required: false }
permissions: {}
jobs:
  work:
    name: work
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: write # to work
    outputs:
      done: \${{ steps.work.outputs.done }}
    steps:
      - id: work
        run: echo "$WHO"
        env:
          WHO: \${{ inputs.who }}
          KEY: \${{ secrets.KEY }} # used
`;
