import { KilnError } from "@sysext-kiln/error";
import { repositorySettingsSchema, type RepositorySettings } from "./repository-settings.ts";

/** Variables of the environment, by name. */
export type Variables = Readonly<Record<string, string | undefined>>;

/** Settings that used to be variables of the environment, or of a repository on GitHub. */
const moved = [
  { key: "upstream", name: "KILN_UPSTREAM" },
  { key: "baseUrl", name: "KILN_BASE_URL" },
  { key: "bestBeforeDays", name: "KILN_BEST_BEFORE_DAYS" },
  { key: "container", name: "KILN_CONTAINER" },
  { key: "attest", name: "KILN_ATTEST" },
  { key: "arm64Runner", name: "KILN_ARM64_RUNNER" },
  { key: "staleHours", name: "KILN_STALE_HOURS" },
] as const satisfies readonly { key: keyof RepositorySettings; name: string }[];

/**
 * Checks that no setting is still in the variable from which it has moved to `kiln.yaml`, unless both agree.
 * An empty variable counts as unset.
 * @throws KilnError `settings-invalid` with the key
 */
export function requireMoved(settings: RepositorySettings, variables: Variables): void {
  for (const { key, name } of moved) {
    const text = variables[name];
    if (text === undefined || text === "") continue;
    const value = settings[key];
    const parsed = repositorySettingsSchema.shape[key].safeParse(scalarOf(text));
    if (parsed.success && parsed.data === value) continue;
    const inFile = value === undefined ? "no such key" : `${key}: ${value} in kiln.yaml, or by default`;
    throw new KilnError("settings-invalid", {
      expected: `the key "${key}" of kiln.yaml instead of the variable ${name}`,
      // An invalid value is not shown, as it may contain a password.
      found: `${name} with ${parsed.success ? parsed.data : "an invalid value"}, and ${inFile}`,
      next: parsed.success
        ? `write "${key}: ${parsed.data}" into kiln.yaml if that is what you want, and remove ${name}`
        : `set "${key}" in kiln.yaml, and remove ${name}`,
    });
  }
}

/** The value that a text would have in YAML. */
function scalarOf(text: string): string | number | boolean {
  if (text === "true" || text === "false") return text === "true";
  return /^\d+$/.test(text) ? Number(text) : text;
}
