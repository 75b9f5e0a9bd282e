import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseRepositorySettings } from "./parse.ts";
import { readRepositorySettings, repositorySettingsSchema } from "./repository-settings.ts";

const ours = fileURLToPath(new URL("../../../extensions", import.meta.url));

const defaults = { include: [], attest: true, staleHours: 24 };

/** Reads a `kiln.yaml` with this text beside the folder `extensions`, or none. */
async function read(text?: string): Promise<unknown> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-settings-"));
  await mkdir(join(folder.path, "extensions"));
  if (text !== undefined) await writeFile(join(folder.path, "kiln.yaml"), text);
  return await readRepositorySettings(join(folder.path, "extensions"));
}

test("this repository publishes etcd and keepalived", async () => {
  expect(await readRepositorySettings(ours)).toEqual({ ...defaults, extensions: ["etcd", "keepalived"] });
});

test("without the file, or without any key in it, everything has its default", async () => {
  expect(await read()).toEqual(defaults);
  expect(await read("# nothing yet\n")).toEqual(defaults);
});

test.each(["https://example.org/x/", "https://example.org/x/releases/latest/download/"])(
  "the base URL of %s is https://example.org/x",
  async (url) => {
    expect(await read(`baseUrl: ${url}\n`)).toEqual({ ...defaults, baseUrl: "https://example.org/x" });
  },
);

describe("invalid settings are reported with file, line, column and key", () => {
  test.each([
    [
      "an unknown key",
      "extensions: [etcd]\nretention: 3\n",
      /^expected kiln\.yaml:2:1 "retention" to be one of the keys extensions, include, upstream, rollout, retain, .*; found an unknown key$/,
    ],
    ["no extension", "extensions: []\n", /kiln\.yaml:1:1 "extensions" to be .*>=1 items; found \[\]/],
    ["an invalid name", "extensions: [Etcd]\n", /kiln\.yaml:1:14 "extensions\.0" to be a name of lower-case/],
    [
      "another kind of URL",
      "baseUrl: ftp://a\n",
      /kiln\.yaml:1:1 "baseUrl" to be a URL that begins with http/,
    ],
    ["a password", "baseUrl: https://a:b@example.org\n", /"baseUrl" to be a URL without a password/],
    [
      "the short ID of a key",
      "signingKeys: [0123456789ABCDEF]\n",
      /kiln\.yaml:1:15 "signingKeys\.0" to be a fingerprint of 40 digits/,
    ],
    ["no versions to keep", "retain: 0\n", /kiln\.yaml:1:1 "retain" to be .*>=1; found 0/],
    ["a rollout without a unit", "rollout: 48\n", /"rollout" to be text; found 48/],
    ["an unknown unit", "rollout: 2w\n", /"rollout" to be none, or a time such as 48h/],
    ["a date that hosts cannot meet", "bestBeforeDays: 1\n", /"bestBeforeDays" to be .*>=2; found 1/],
    [
      "a container with a tag",
      "container: ghcr.io/a/b:1\n",
      /"container" to be a repository such as ghcr\.io/,
    ],
    ["true for the container", "container: true\n", /"container" to be false, or a repository such as/],
    ["a word for yes", "attest: yes\n", /"attest" to be true or false; found "yes"/],
    ["a runner with a space", "arm64Runner: my runner\n", /"arm64Runner" to be the label of a runner/],
    ["no hours", "staleHours: 0\n", /"staleHours" to be .*>=1; found 0/],
    ["a list", "- etcd\n", /kiln\.yaml:1:1 the file to be a map of keys/],
    ["invalid YAML", "extensions: [\n", /kiln\.yaml:\d+:\d+ to be valid YAML/],
  ])("%s", (_, text, message) => {
    expect(() => parseRepositorySettings(text, "kiln.yaml")).toThrow(message);
    expect(() => parseRepositorySettings(text, "kiln.yaml")).toThrow(
      expect.objectContaining({
        code: "settings-invalid",
        next: expect.stringContaining("kiln.schema.json"),
      }),
    );
  });
});

test("the JSON Schema for editors is up to date", async () => {
  const written: unknown = JSON.parse(
    await readFile(new URL("../kiln.schema.json", import.meta.url), "utf8"),
  );
  expect(written).toMatchObject(z.toJSONSchema(repositorySettingsSchema, { io: "input" }));
});
