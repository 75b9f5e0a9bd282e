import { readdir, readFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import type { Definition } from "./definition.ts";
import type { VersionDefaults } from "./versions.ts";

/** A definition and its folder. */
export interface Extension {
  definition: Definition;
  /** Absolute path of `extensions/NAME`. */
  folder: string;
}

/** A folder of `extensions` whose definition cannot be used. */
export interface InvalidExtension {
  name: string;
  error: unknown;
}

/** The extensions of a repository. An invalid one does not affect the others. */
export interface LoadedExtensions {
  extensions: readonly Extension[];
  invalid: readonly InvalidExtension[];
}

/**
 * Reads `FOLDER/NAME/extension.yaml` of the given names in each folder, sorted by name.
 * @param defaults what applies where a definition says nothing else
 */
export async function loadExtensions(
  folders: readonly { path: string; names: readonly string[] }[],
  defaults: VersionDefaults = {},
): Promise<LoadedExtensions> {
  const found = folders.flatMap(({ path, names }) =>
    names.map((name) => ({ name, folder: join(resolve(path), name) })),
  );
  const sorted = found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const loaded = await Promise.all(sorted.map(({ name, folder }) => loadExtension(name, folder, defaults)));
  const extensions: Extension[] = [];
  const invalid: InvalidExtension[] = [];
  for (const one of loaded) {
    if ("error" in one) invalid.push(one);
    else extensions.push(one);
  }
  const { colliding, others } = splitCollisions(extensions, invalid);
  return { extensions: others, invalid: [...invalid, ...colliding] };
}

/** The names of a folder's extensions, whether valid or not. */
export async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name);
}

async function loadExtension(
  name: string,
  folder: string,
  defaults: VersionDefaults,
): Promise<Extension | InvalidExtension> {
  try {
    return await readExtension(name, folder, defaults);
  } catch (error) {
    return { name, error };
  }
}

async function readExtension(name: string, folder: string, defaults: VersionDefaults): Promise<Extension> {
  const file = join(folder, "extension.yaml");
  const shown = relative(process.cwd(), file);
  // Loaded late, as an action sends its first request earlier without a YAML parser.
  const { parseDefinition } = await import("./parse.ts");
  const definition = parseDefinition(await readDefinition(file, shown), shown, defaults);
  if (definition.name !== name) {
    throw new KilnError("definition-invalid", {
      expected: `${shown} "name" to be the name of its folder, ${name}`,
      found: definition.name,
      next: "rename the folder or the extension",
    });
  }
  return { definition, folder };
}

function readDefinition(file: string, shown: string): Promise<string> {
  return readFile(file, "utf8").catch((cause: unknown) => {
    throw new KilnError("definition-invalid", {
      expected: `the definition of an extension in ${shown}`,
      found: systemCode(cause) === "ENOENT" ? "no such file" : String(cause),
      next: "write the definition, or move its folder out of extensions/",
      cause,
    });
  });
}

/**
 * Separates extensions whose names collide with those of others. `etcd-@v-%a.raw` also matches
 * `etcd-defrag-9.9.9-x86-64.raw` in the same manifest, and then the host installs the wrong program: `@v`
 * matches everything up to the architecture.
 */
function splitCollisions(extensions: readonly Extension[], invalid: readonly InvalidExtension[]) {
  // Of an invalid one, no more is known. Its images stay published.
  const unknown = invalid.map(({ name }): Names => ({ name, asset: `${name}-{version}` }));
  const all: Names[] = [...extensions.map(({ definition }) => definition), ...unknown];
  const colliding = extensions.flatMap(({ definition }): InvalidExtension[] => {
    const others = all.filter((one) => one !== definition);
    const error = others.map((one) => collision(one, definition)).find((one) => one !== undefined);
    return error ? [{ name: definition.name, error }] : [];
  });
  const names = new Set(colliding.map(({ name }) => name));
  return { colliding, others: extensions.filter(({ definition }) => !names.has(definition.name)) };
}

type Names = Pick<Definition, "name" | "asset">;

/** Why hosts that follow one extension would install images of another; undefined if they would not. */
export function collision(one: Names, other: Names): KilnError | undefined {
  const nameCollides = other.name === one.name || other.name.startsWith(`${one.name}-`);
  if (!nameCollides && !beforeVersion(other.asset).startsWith(beforeVersion(one.asset))) return undefined;
  return new KilnError("definition-invalid", {
    expected: `no other extension's assets to match ${one.asset} of extension ${one.name}`,
    found: `extension ${other.name} with ${other.asset}, which hosts would install as a version of ${one.name}`,
    next: `rename ${other.name} so that it does not begin with "${one.name}-"`,
  });
}

function beforeVersion(asset: string): string {
  return asset.slice(0, asset.indexOf("{version}"));
}
