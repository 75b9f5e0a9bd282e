import { KilnError } from "@sysext-kiln/error";
import { kilnHostName } from "./definition.ts";
import type { Extension, InvalidExtension, LoadedExtensions } from "./load.ts";
import type { Repository } from "./repository.ts";

/**
 * Selects extensions by name, or all of them if no name is given.
 * @throws KilnError `unknown-extension`
 */
export function selectExtensions(all: LoadedExtensions, names: readonly string[]): LoadedExtensions {
  if (names.length === 0) return all;
  const extensions: Extension[] = [];
  const invalid: InvalidExtension[] = [];
  for (const name of new Set(names)) {
    const found = find(all, name);
    if ("error" in found) invalid.push(found);
    else extensions.push(found);
  }
  return { extensions, invalid };
}

/** @throws KilnError `unknown-extension`; or why the extension is invalid */
export function selectExtension(all: LoadedExtensions, name: string): Extension {
  const found = find(all, name);
  if ("error" in found) throw found.error;
  return found;
}

function find({ extensions, invalid }: LoadedExtensions, name: string): Extension | InvalidExtension {
  const extension = extensions.find(({ definition }) => definition.name === name);
  const found = extension ?? invalid.find((one) => one.name === name);
  if (found) return found;
  throw new KilnError("unknown-extension", {
    expected: `one of the extensions ${namesOf({ extensions, invalid }).join(", ")}`,
    found: JSON.stringify(name.slice(0, 80)),
    next: "./kiln list shows all extensions",
  });
}

function namesOf({ extensions, invalid }: LoadedExtensions): string[] {
  return [
    ...extensions.map(({ definition }) => definition.name),
    ...invalid.map(({ name }) => name),
  ].toSorted();
}

/**
 * The extensions that a run watches and publishes: those with the names, or else those in `kiln.yaml`, or
 * else all; and kiln-host with them, because hosts need it.
 * @throws KilnError `unknown-extension`, `settings-invalid`
 */
export function extensionsToPublish(repository: Repository, names: readonly string[]): LoadedExtensions {
  const { extensions, invalid } =
    names.length > 0 ? selectExtensions(repository, names) : publishedByDefault(repository);
  const kilnHost = repository.extensions.find(isKilnHost);
  return kilnHost === undefined || extensions.includes(kilnHost)
    ? { extensions, invalid }
    : { extensions: [...extensions, kilnHost], invalid };
}

function publishedByDefault(repository: Repository): LoadedExtensions {
  const { extensions: names = [] } = repository.settings;
  const known = namesOf(repository);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return selectExtensions(repository, names);
  throw new KilnError("settings-invalid", {
    expected: `the key "extensions" of kiln.yaml to name some of the extensions ${known.join(", ")}`,
    found: unknown,
    next: 'correct kiln.yaml, add the extension, or name it under "include" if it is one of sysext-kiln',
  });
}

function isKilnHost({ definition }: Extension): boolean {
  return definition.name === kilnHostName;
}

/**
 * The single extension for which a version was requested; kiln-host may be selected with it.
 * @throws KilnError `usage` if there are several
 */
export function requireOne(selected: readonly Extension[]): Extension {
  const requested = selected.length === 1 ? selected : selected.filter((extension) => !isKilnHost(extension));
  const [only] = requested;
  if (only && requested.length === 1) return only;
  throw new KilnError("usage", {
    expected: "exactly one extension if a version is given",
    found: selected.map(({ definition }) => definition.name).join(", ") || "none",
    next: "name the extension that the version belongs to",
  });
}
