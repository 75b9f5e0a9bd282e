import { KilnError } from "@sysext-kiln/error";
import { kilnHostName } from "./definition.ts";
import type { Extension } from "./load.ts";
import type { RepositorySettings } from "./repository-settings.ts";

/** Selects extensions by name, or all of them if no name is given. */
export function selectExtensions(extensions: readonly Extension[], names: readonly string[]): Extension[] {
  if (names.length === 0) return [...extensions];
  return [...new Set(names)].map((name) => {
    const extension = extensions.find(({ definition }) => definition.name === name);
    if (extension) return extension;
    throw new KilnError("unknown-extension", {
      expected: `one of the extensions ${extensions.map(({ definition }) => definition.name).join(", ")}`,
      found: JSON.stringify(name.slice(0, 80)),
      next: "./kiln list shows all extensions",
    });
  });
}

/**
 * The extensions that a run watches and publishes: those with the names, or else those in `kiln.yaml`, or
 * else all; and kiln-host with them, because hosts need it.
 * @throws KilnError `unknown-extension`, `settings-invalid`
 */
export function extensionsToPublish(
  extensions: readonly Extension[],
  names: readonly string[],
  settings: RepositorySettings,
): Extension[] {
  const selected = names.length > 0 ? selectExtensions(extensions, names) : published(extensions, settings);
  const kilnHost = extensions.find(isKilnHost);
  return kilnHost === undefined || selected.includes(kilnHost) ? selected : [...selected, kilnHost];
}

function published(
  extensions: readonly Extension[],
  { extensions: names = [] }: RepositorySettings,
): Extension[] {
  const known = extensions.map(({ definition }) => definition.name);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return selectExtensions(extensions, names);
  throw new KilnError("settings-invalid", {
    expected: `the key "extensions" of kiln.yaml to name some of the extensions ${known.join(", ")}`,
    found: unknown,
    next: "correct kiln.yaml, or add the extension",
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
