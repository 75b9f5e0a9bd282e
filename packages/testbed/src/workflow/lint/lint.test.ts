import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readExamples } from "../../documentation.ts";
import { lintWorkflow } from "./lint.ts";

const root = fileURLToPath(new URL("../../../../..", import.meta.url));

test.each(await readdir(join(root, ".github/workflows")))("%s has no mistake", async (file) => {
  expect(await lintWorkflow(root, file)).toEqual([]);
});

test("the workflow in the documentation has no mistake", async () => {
  const offered = (await readExamples()).filter(({ text }) => /^jobs:/m.test(text));
  expect(offered.map(({ where }) => where)).toEqual(["docs/self-hosting.md, Elsewhere"]);
  const folder = await mkdtemp(join(tmpdir(), "kiln-lint-"));
  await mkdir(join(folder, ".github/workflows"), { recursive: true });
  for (const { text } of offered) {
    await writeFile(join(folder, ".github/workflows/offered.yml"), text);
    expect(await lintWorkflow(folder, "offered.yml")).toEqual([]);
  }
  await rm(folder, { recursive: true });
});

describe("the lint reports", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kiln-lint-"));
    await mkdir(join(folder, ".github/workflows"), { recursive: true });
    await mkdir(join(folder, "packages/greeter"), { recursive: true });
    await writeFile(join(folder, "packages/greeter/action.yml"), action);
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function lint(replace: Readonly<Record<string, string>> = {}): Promise<string[]> {
    const text = Object.entries(replace).reduce((sum, [from, to]) => sum.replace(from, to), sound);
    await writeFile(join(folder, ".github/workflows/x.yml"), text);
    return lintWorkflow(folder, "x.yml");
  }

  test("nothing in a correct workflow", async () => {
    expect(await lint()).toEqual([]);
  });

  test.each([
    ["a misspelt key", "timeout-minutes: 5", "timeout-minute: 5", "Unexpected value 'timeout-minute'"],
    ["a job without a timeout", "    timeout-minutes: 5\n", "", "job greet has no timeout"],
    [
      "a job without permissions",
      "    permissions:\n      contents: read\n      issues: write # to greet in public\n",
      "",
      "job greet has no permissions",
    ],
    ["permissions for all", "permissions: {}", "permissions: { contents: read }", "permissions for all jobs"],
    ["a tag instead of a commit", "3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1", "v7", "is not pinned"],
    ["a pin without its version", " # v7.0.1", "", "is not pinned"],
    [
      "a cache, which other jobs can write to",
      "      - id: greet\n",
      "      - uses: actions/cache@27d5ce7f107fe9357f9df03efb73ab90386fccae # v5.0.5\n        with: { path: x, key: x }\n      - id: greet\n",
      "actions/cache restores files",
    ],
    [
      "a cache of an action that installs something",
      "persist-credentials: false",
      "persist-credentials: false\n          cache: npm",
      "actions/checkout restores files",
    ],
    [
      "a token that the checkout leaves behind",
      "persist-credentials: false",
      "fetch-depth: 1",
      "leaves the token behind",
    ],
    [
      "other people's text in a script",
      'echo "$NAME"',
      "echo ${{ github.event.issue.title }}",
      'inside of "run"',
    ],
    ["an input that an action lacks", 'name: "${{ inputs.name }}"', "who: x", "has no input who"],
    [
      "a missing required input",
      'with: { name: "${{ inputs.name }}" }',
      "env: {}",
      "is not given its input name",
    ],
    [
      "an input that the workflow does not declare",
      "inputs.name }}",
      "inputs.nam }}",
      "there is no input nam",
    ],
    [
      "a misspelt output of a step",
      "steps.greet.outputs.greeting",
      "steps.greet.outputs.gretting",
      "no output gretting",
    ],
    ["a misspelt step", "steps.greet.outputs", "steps.gret.outputs", "no step gret"],
    [
      "a misspelt output of a job",
      "needs.greet.outputs.said",
      "needs.greet.outputs.sad",
      "has no output sad",
    ],
    ["an output of a job that is missing in needs", "    needs: greet\n", "", "it does not need greet"],
    [
      "a condition that is a text",
      "needs.greet.outputs.said != ''",
      "|\n          ${{ needs.greet.outputs.said != '' }}",
      "always true",
    ],
    ["an action that does not exist", "$/packages/greeter", "$/packages/greet", "no such file"],
    ["an action in the workspace", "$/packages/greeter", "./packages/greeter", "use $/ instead of ./"],
    ["a job without a name", "    name: greet\n", "", "job greet has no name"],
    [
      "a permission without a reason",
      " # to greet in public",
      "",
      "no comment says why it needs issues: write",
    ],
  ])("%s", async (_, from, to, problem) => {
    expect((await lint({ [from]: to })).join("\n")).toContain(problem);
  });
});

const action = `name: Greeter
description: Greets
inputs:
  name:
    description: Who is greeted
    required: true
outputs:
  greeting:
    description: What was said
runs:
  using: node24
  main: dist/index.js
`;

const sound = `name: X
on:
  workflow_dispatch:
    inputs:
      name: { description: Who, type: string }
permissions: {}
jobs:
  greet:
    name: greet
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read
      issues: write # to greet in public
    outputs:
      said: \${{ steps.greet.outputs.greeting }}
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
        with:
          persist-credentials: false
      - id: greet
        uses: $/packages/greeter
        with: { name: "\${{ inputs.name }}" }
      - run: echo "$NAME"
        env: { NAME: "\${{ github.event.issue.title }}" }
  tell:
    name: tell
    needs: greet
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions: {}
    steps:
      - if: needs.greet.outputs.said != ''
        run: "true"
`;
