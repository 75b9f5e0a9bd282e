import { readFile } from "node:fs/promises";
import { isCall, readWorkflow } from "@sysext-kiln/testbed/workflow";
import { describe, expect, test } from "vitest";
import { root } from "./paths.ts";

const guide = await readFile(`${root}/docs/self-hosting.md`, "utf8");
const workflows = await Promise.all(
  ["release.yml", "extension.yml", "publish.yml", "watchdog.yml", "changed-releases.yml"].map((file) =>
    readWorkflow(`${root}/.github/workflows/${file}`),
  ),
);

/** The names in the first column of the table below a heading. */
function listedBelow(heading: string): string[] {
  const section = guide.split(`## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  return [...section.matchAll(/^\| `(?<name>[A-Z0-9_]+)`/gm)]
    .map(({ groups }) => groups?.["name"] ?? "")
    .toSorted();
}

function usedOf(context: "vars" | "secrets"): string[] {
  const used = workflows.flatMap(({ text }) => [
    ...text.matchAll(new RegExp(`\\b${context}\\.(?<name>[A-Z0-9_]+)`, "g")),
  ]);
  return [...new Set(used.map(({ groups }) => groups?.["name"] ?? ""))].toSorted();
}

describe("the guide", () => {
  test("lists exactly the secrets and variables that the workflows use", () => {
    expect(listedBelow("Secrets")).toEqual(usedOf("secrets"));
    expect(listedBelow("Variables")).toEqual(usedOf("vars"));
  });

  test("lists the permissions of every job", () => {
    for (const { file, jobs } of workflows) {
      for (const [id, job] of Object.entries(jobs)) {
        // A call gets no token, and allows its jobs exactly what they request: the workflow's lint checks that.
        if (isCall(job)) continue;
        const { permissions } = job;
        const rights = Object.entries(permissions ?? {}).map(([scope, level]) => `${scope}: ${level}`);
        const row = guide.split("\n").find((line) => line.startsWith(`| \`${id}\` of ${file} `));
        expect(row?.split("|")[2]?.trim()).toBe(rights.join(", "));
      }
    }
  });
});

test("an invalid setting does not prevent the report about it", () => {
  const [release] = workflows;
  const report = release?.jobs["report"];
  expect(Object.keys((report && !isCall(report) && report.env) || {})).toEqual(
    Object.keys(release?.env ?? {}),
  );
});

test("a called workflow gets the same settings as its caller, unless it needs none", () => {
  const [release, extension, publish] = workflows;
  expect(extension?.env).toEqual(release?.env);
  expect(publish?.env).toEqual({});
});

test("only the job that publishes gets the signing secrets, and only the job that watches the upstream token", () => {
  const seeing = workflows.flatMap(({ jobs }) =>
    Object.entries(jobs).map(([id, job]) => {
      const names = [...JSON.stringify(job).matchAll(/secrets\.(?<name>\w+)/g)];
      return [isCall(job) ? `${id}: ${job.uses}` : id, names.map(({ groups }) => groups?.["name"])] as const;
    }),
  );
  const signing = ["KILN_SIGNING_KEY", "KILN_SIGNING_PASSPHRASE"];
  expect(seeing.filter(([, names]) => names.length > 0)).toEqual([
    ["watch", ["KILN_UPSTREAM_TOKEN"]],
    ["extension: $/.github/workflows/extension.yml", signing],
    ["publish: $/.github/workflows/publish.yml", signing],
    ["publish: $/.github/workflows/publish.yml", signing],
    ["publish", signing],
  ]);
});
