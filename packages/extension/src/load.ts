import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import type { Definition } from "./definition.ts";

/** A definition and its folder. */
export interface Extension {
  definition: Definition;
  /** Absolute path of `extensions/NAME`. */
  folder: string;
}

/** Reads every `extensions/NAME/extension.yaml`, sorted by name. */
export async function loadExtensions(root: string): Promise<Extension[]> {
  const folders = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .toSorted();
  const extensions = await Promise.all(folders.map((name) => loadExtension(root, name)));
  rejectCollisions(extensions.map(({ definition }) => definition));
  return extensions;
}

async function loadExtension(root: string, name: string): Promise<Extension> {
  const folder = join(root, name);
  const file = join(folder, "extension.yaml");
  const shown = relative(process.cwd(), file);
  // Loaded late, as an action sends its first request earlier without a YAML parser.
  const { parseDefinition } = await import("./parse.ts");
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
      expected: `the definition of an extension in ${shown}`,
      found: systemCode(cause) === "ENOENT" ? "no such file" : String(cause),
      next: "write the definition, or move its folder out of extensions/",
      cause,
    });
  });
}

/**
 * Rejects definitions whose names collide. `etcd-@v-%a.raw` also matches `etcd-defrag-9.9.9-x86-64.raw` in
 * the same manifest, and then the host installs the wrong program: `@v` matches everything up to the
 * architecture.
 */
export function rejectCollisions(definitions: readonly Pick<Definition, "name" | "asset">[]): void {
  for (const one of definitions) {
    for (const other of definitions) {
      if (one === other) continue;
      const nameCollides = other.name === one.name || other.name.startsWith(`${one.name}-`);
      if (!nameCollides && !beforeVersion(other.asset).startsWith(beforeVersion(one.asset))) continue;
      throw new KilnError("definition-invalid", {
        expected: `no other extension's assets to match ${one.asset} of extension ${one.name}`,
        found: `extension ${other.name} with ${other.asset}, which hosts would install as a version of ${one.name}`,
        next: `rename ${other.name} so that it does not begin with "${one.name}-"`,
      });
    }
  }
}

function beforeVersion(asset: string): string {
  return asset.slice(0, asset.indexOf("{version}"));
}
