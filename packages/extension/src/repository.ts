import { resolve } from "node:path";
import { KilnError, systemCode } from "@sysext-kiln/error";
import { kilnHostName } from "./definition.ts";
import { loadExtensions, namesIn, type LoadedExtensions } from "./load.ts";
import { requireMoved, type Variables } from "./moved-variables.ts";
import { readRepositorySettings, type RepositorySettings } from "./repository-settings.ts";

/** What a repository publishes, and how: its extensions, and its settings. */
export interface Repository extends LoadedExtensions {
  settings: RepositorySettings;
}

/** The extensions of sysext-kiln itself. An action's bundle is as deep below the packages as this file. */
const ownExtensions = resolve(import.meta.dirname, "../../../extensions");

/**
 * Reads `kiln.yaml` and every definition that the repository uses. Every command and action begins with it.
 * @param extensions the folder with the definitions, beside which `kiln.yaml` is
 * @param variables the environment, in which some of the settings used to be
 * @throws KilnError `settings-invalid`
 */
export async function loadRepository(
  extensions: string,
  variables: Variables = process.env,
): Promise<Repository> {
  const settings = await loadSettings(extensions, variables);
  const names = await presentNames(extensions, settings);
  const included = await includedNames(names, settings);
  const folders = [
    { path: extensions, names },
    { path: ownExtensions, names: included },
  ];
  return { settings, ...(await loadExtensions(folders, settings)) };
}

/**
 * Reads only `kiln.yaml`.
 * @throws KilnError `settings-invalid`
 */
export async function loadSettings(
  extensions: string,
  variables: Variables = process.env,
): Promise<RepositorySettings> {
  const settings = await readRepositorySettings(extensions);
  requireMoved(settings, variables);
  return settings;
}

/** The extensions of the folder. It is not needed if the repository has none of its own. */
async function presentNames(folder: string, { include }: RepositorySettings): Promise<string[]> {
  return await namesIn(folder).catch((cause: unknown) => {
    if (systemCode(cause) !== "ENOENT") throw cause;
    if (include.length > 0) return [];
    throw new KilnError("settings-invalid", {
      expected: `the folder ${folder} with the definitions of extensions, or "include" in the kiln.yaml beside it`,
      found: "neither",
      next: "name the folder with --extensions, or write kiln.yaml (docs/settings.md)",
      cause,
    });
  });
}

/** The names of sysext-kiln's extensions that a repository includes; kiln-host is one of them. */
async function includedNames(present: readonly string[], { include }: RepositorySettings): Promise<string[]> {
  if (include.length === 0) return [];
  const own = await namesIn(ownExtensions);
  for (const name of include) {
    if (!own.includes(name))
      throw includeInvalid(`some of ${own.toSorted().join(", ")}`, name, `correct "include"`);
    if (present.includes(name)) {
      const next = `remove the folder, or ${name} from "include"`;
      throw includeInvalid("only extensions that are not in extensions/", `${name}, which is there`, next);
    }
  }
  return [...new Set([...include, kilnHostName])].filter((name) => !present.includes(name));
}

function includeInvalid(expected: string, found: string, next: string): KilnError {
  return new KilnError("settings-invalid", {
    expected: `the key "include" of kiln.yaml to name ${expected}`,
    found,
    next: `${next} in kiln.yaml`,
  });
}
