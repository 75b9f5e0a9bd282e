import { readFileSync } from "node:fs";
import { fuzz, mutatedJson, mutatedText, outcomeOf, type Json } from "@sysext-kiln/fuzz";
import { describe, expect } from "vitest";
import { parse, stringify } from "yaml";
import { definitionSchema } from "./definition.ts";
import { parseDefinition, parseRepositorySettings } from "./parse.ts";
import { repositorySettingsSchema } from "./repository-settings.ts";

const root = new URL("../../../", import.meta.url);
const samples = ["extensions/etcd", "extensions/keepalived", "extensions/kiln-host", "examples/hello"].map(
  (folder) => readFileSync(new URL(`${folder}/extension.yaml`, root), "utf8"),
);
const tokens = [
  ...[
    "&a ",
    "*a",
    "<<: *a\n",
    "!!binary ",
    "!!set ",
    "!!omap ",
    "!!js/function ",
    "? ",
    "|\n",
    ">-\n",
    "---\n",
  ],
  ...[
    "...\n",
    "%YAML 1.1\n",
    "%TAG ! x:\n",
    "\n  ",
    "- ",
    ": ",
    "[",
    "]",
    "{",
    "}",
    "&a [*a]",
    "*b",
    "1.10",
    "0o7",
    "~",
  ],
  ..."name: summary: versions:\n upstreams:\n take: ".split(" "),
  "[".repeat(5000),
  "{a: ".repeat(3000),
  "- ".repeat(5000),
  "? ".repeat(600),
  "!!map &a {<<: *a}",
];

async function check(text: string): Promise<void> {
  const outcome = await outcomeOf(["definition-invalid"], () => parseDefinition(text, "extension.yaml"));
  if (!outcome.accepted) return;
  expect(definitionSchema.parse(outcome.value)).toEqual(outcome.value);
  expect(parseDefinition(stringify(outcome.value), "again")).toEqual(outcome.value);
}

describe("a definition from anywhere", () => {
  fuzz("whose text is damaged is valid or rejected", mutatedText(samples, tokens), check);

  fuzz(
    "with other values is valid, or rejected",
    mutatedJson(samples.map((sample): Json => parse(sample))),
    (value) => check(stringify(value)),
  );
});

describe("settings from anywhere", () => {
  const settings = ["extensions: [etcd, keepalived]\nbaseUrl: https://example.org/kiln\n"];

  fuzz("whose text is damaged are valid, or rejected", mutatedText(settings, tokens), async (text) => {
    const outcome = await outcomeOf(["settings-invalid"], () => parseRepositorySettings(text, "kiln.yaml"));
    if (outcome.accepted) expect(repositorySettingsSchema.parse(outcome.value)).toEqual(outcome.value);
  });
});
