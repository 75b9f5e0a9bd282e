import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { refuseCollisions } from "./collisions.ts";
import type { Definition } from "./definition.ts";
import { parseDefinition } from "./parse.ts";

/** A definition and the folder that it was read from. */
export interface Extension {
  definition: Definition;
  /** Absolute path of `extensions/NAME`. */
  folder: string;
}

/** Reads every `extensions/NAME/extension.yaml`, by name. */
export async function loadExtensions(root: string): Promise<Extension[]> {
  const folders = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .toSorted();
  const extensions = await Promise.all(folders.map((name) => loadExtension(root, name)));
  refuseCollisions(extensions.map(({ definition }) => definition));
  return extensions;
}

async function loadExtension(root: string, name: string): Promise<Extension> {
  const folder = join(root, name);
  const file = join(folder, "extension.yaml");
  const shown = relative(process.cwd(), file);
  const definition = parseDefinition(await readDefinition(file, shown), shown);
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
      expected: `an extension's definition in ${shown}`,
      found: systemCode(cause) === "ENOENT" ? "no such file" : String(cause),
      next: "write it, or move its folder out of extensions/",
      cause,
    });
  });
}

/** Picks extensions by name, all of them where no name is given. */
export function selectExtensions(extensions: readonly Extension[], names: readonly string[]): Extension[] {
  if (names.length === 0) return [...extensions];
  return [...new Set(names)].map((name) => {
    const extension = extensions.find(({ definition }) => definition.name === name);
    if (extension) return extension;
    throw new KilnError("unknown-extension", {
      expected: `one of the extensions ${extensions.map(({ definition }) => definition.name).join(", ")}`,
      found: JSON.stringify(name.slice(0, 80)),
      next: "./kiln list shows what there is",
    });
  });
}

/**
 * The one extension that a version is of.
 * @throws KilnError `usage` where there are several
 */
export function requireOne(selected: readonly Extension[]): Extension {
  const [only] = selected;
  if (only && selected.length === 1) return only;
  throw new KilnError("usage", {
    expected: "one extension beside a version",
    found: selected.map(({ definition }) => definition.name).join(", ") || "none",
    next: "name the one extension that the version is of",
  });
}
