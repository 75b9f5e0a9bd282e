import { mkdir, mkdtempDisposable, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { parseRepositorySettings } from "./parse.ts";
import {
  baseUrlOf,
  preferredUpstream,
  readRepositorySettings,
  repositorySettingsSchema,
} from "./repository-settings.ts";

const ours = fileURLToPath(new URL("../../../extensions", import.meta.url));

/** Reads a `kiln.yaml` with this text beside the folder `extensions`, or none. */
async function read(text?: string): Promise<unknown> {
  await using folder = await mkdtempDisposable(join(tmpdir(), "kiln-settings-"));
  await mkdir(join(folder.path, "extensions"));
  if (text !== undefined) await writeFile(join(folder.path, "kiln.yaml"), text);
  return await readRepositorySettings(join(folder.path, "extensions"));
}

test("this repository publishes etcd and keepalived", async () => {
  expect(await readRepositorySettings(ours)).toEqual({ extensions: ["etcd", "keepalived"] });
});

test("without the file, or without any key in it, everything has its default", async () => {
  expect(await read()).toEqual({});
  expect(await read("# nothing yet\n")).toEqual({});
});

test.each(["https://example.org/x/", "https://example.org/x/releases/latest/download/"])(
  "the base URL of %s is https://example.org/x",
  async (url) => {
    expect(await read(`baseUrl: ${url}\n`)).toEqual({ baseUrl: "https://example.org/x" });
  },
);

describe("invalid settings are reported with file, line, column and key", () => {
  test.each([
    [
      "an unknown key",
      "extensions: [etcd]\nretain: 3\n",
      /^expected kiln\.yaml:2:1 "retain" to be one of the keys extensions, upstream, baseUrl, updateDirectory, nextKey, signingKeys, adoptedDirectory; found an unknown key$/,
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
    ["a list", "- etcd\n", /kiln\.yaml:1:1 the file to be object/],
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

describe("the environment variable KILN_BASE_URL, which has moved,", () => {
  test("is accepted while it agrees with kiln.yaml", () => {
    expect(baseUrlOf({ baseUrl: "https://example.org" }, "https://example.org")).toBe("https://example.org");
    expect(baseUrlOf({ baseUrl: "https://example.org" }, undefined)).toBe("https://example.org");
    expect(baseUrlOf({}, undefined)).toBeUndefined();
  });

  test("is an error that names the key if only the variable is set", () => {
    expect(() => baseUrlOf({}, "https://example.org")).toThrow(
      expect.objectContaining({
        code: "settings-invalid",
        expected: expect.stringContaining('"baseUrl" of kiln.yaml'),
        found: "the environment variable KILN_BASE_URL, https://example.org, and no such key",
        next: 'write "baseUrl: https://example.org" into kiln.yaml, and unset KILN_BASE_URL',
      }),
    );
  });

  test("is an error if the two differ", () => {
    expect(() => baseUrlOf({ baseUrl: "https://a.example" }, "https://b.example")).toThrow(
      /KILN_BASE_URL, https:\/\/b\.example, and the key with https:\/\/a\.example/,
    );
  });
});

describe("the preferred upstream", () => {
  test("is the one that kiln.yaml names", () => {
    expect(preferredUpstream({ upstream: "go" }, undefined)).toBe("go");
    expect(preferredUpstream({}, undefined)).toBeUndefined();
  });

  test("is an error if it is only in the environment variable KILN_UPSTREAM, where it used to be", () => {
    expect(preferredUpstream({ upstream: "debian" }, "debian")).toBe("debian");
    expect(() => preferredUpstream({}, "debian")).toThrow(
      expect.objectContaining({
        code: "settings-invalid",
        next: 'write "upstream: debian" into kiln.yaml, and unset KILN_UPSTREAM',
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
