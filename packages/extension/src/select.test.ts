import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { Extension, LoadedExtensions } from "./load.ts";
import { parseDefinition } from "./parse.ts";
import { repositorySettingsSchema } from "./repository-settings.ts";
import { extensionsToPublish, requireOne, selectExtension, selectExtensions } from "./select.ts";

const hello = await readFile(new URL("../../../examples/hello/extension.yaml", import.meta.url), "utf8");

function extension(name: string): Extension {
  return { definition: parseDefinition(hello.replaceAll("hello", name), name), folder: `/${name}` };
}

const extensions = ["etcd", "keepalived", "kiln-host", "nomad"].map(extension);
const all: LoadedExtensions = { extensions, invalid: [] };

/** What a run publishes with a `kiln.yaml` that names some extensions, or none. */
function toPublish(loaded: LoadedExtensions, names: readonly string[], inSettings?: readonly string[]) {
  const settings = repositorySettingsSchema.parse({ extensions: inSettings });
  return extensionsToPublish({ ...loaded, settings }, names);
}

function namesOf(selected: LoadedExtensions): string[] {
  return selected.extensions.map(({ definition }) => definition.name);
}

test("an unknown extension is an error that lists the known ones", () => {
  expect(() => selectExtensions(all, ["etdc"])).toThrow(/etcd, keepalived, kiln-host, nomad; found "etdc"/);
  expect(namesOf(selectExtensions(all, ["etcd", "etcd"]))).toEqual(["etcd"]);
  expect(selectExtensions(all, [])).toBe(all);
});

describe("an invalid extension", () => {
  const error = new Error("its definition is invalid");
  const some: LoadedExtensions = { extensions, invalid: [{ name: "broken", error }] };

  test("does not affect the others", () => {
    expect(selectExtensions(some, ["etcd"]).invalid).toEqual([]);
    expect(selectExtensions(some, ["etcd", "broken"])).toMatchObject({ invalid: [{ error }] });
    expect(namesOf(toPublish(some, []))).toHaveLength(4);
    expect(toPublish(some, [], ["etcd", "broken"]).invalid).toHaveLength(1);
    expect(toPublish(some, [], ["etcd"]).invalid).toEqual([]);
  });

  test("is an error for a command about it alone", () => {
    expect(() => selectExtension(some, "broken")).toThrow(error);
    expect(selectExtension(some, "etcd").definition.name).toBe("etcd");
  });
});

describe("what is published", () => {
  test("is every extension by default", () => {
    expect(namesOf(toPublish(all, []))).toEqual(["etcd", "keepalived", "kiln-host", "nomad"]);
  });

  test("is what kiln.yaml names, with kiln-host", () => {
    const settings = ["etcd", "nomad"];
    expect(namesOf(toPublish(all, [], settings))).toEqual(["etcd", "nomad", "kiln-host"]);
  });

  test("is what a command names, whether kiln.yaml names it or not, with kiln-host", () => {
    const settings = ["etcd", "unknown"];
    expect(namesOf(toPublish(all, ["nomad"], settings))).toEqual(["nomad", "kiln-host"]);
    expect(namesOf(toPublish(all, ["kiln-host"], settings))).toEqual(["kiln-host"]);
  });

  test("has no kiln-host if the repository has none", () => {
    const others = extensions.filter(({ definition }) => definition.name !== "kiln-host");
    expect(namesOf(toPublish({ extensions: others, invalid: [] }, ["etcd"]))).toEqual(["etcd"]);
  });

  test("cannot be an extension that kiln.yaml names and that does not exist", () => {
    expect(() => toPublish(all, [], ["etcd", "etdc"])).toThrow(
      /"extensions" of kiln\.yaml to name some of the extensions etcd, keepalived, kiln-host, nomad; found etdc/,
    );
  });
});

describe("a requested version", () => {
  test("belongs to the one extension beside kiln-host, or to kiln-host alone", () => {
    expect(requireOne(toPublish(all, ["etcd"]).extensions).definition.name).toBe("etcd");
    expect(requireOne(toPublish(all, ["kiln-host"]).extensions).definition.name).toBe("kiln-host");
  });

  test("cannot belong to several", () => {
    expect(() => requireOne(toPublish(all, ["etcd", "nomad"]).extensions)).toThrow(/exactly one extension/);
  });
});
