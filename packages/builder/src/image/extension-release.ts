import { KilnError } from "@sysext-kiln/error";
import type { Architecture } from "@sysext-kiln/extension";

/** The assignments of an extension-release file, in the format of os-release(5). */
export type ExtensionRelease = ReadonlyMap<string, string>;

/** Parses an extension-release file. Of several assignments to a key, the last one counts. */
export function parseExtensionRelease(text: string): ExtensionRelease {
  const assignments = text.matchAll(/^\s*([A-Z][A-Z0-9_]*)=(.*?)\s*$/gm);
  return new Map([...assignments].map(([, key = "", value = ""]) => [key, unquoted(value)]));
}

function unquoted(value: string): string {
  const [, quoted] = /^(?:"(.*)"|'.*')$/.exec(value) ?? [];
  if (quoted !== undefined) return quoted.replaceAll(/\\(["$`\\])/g, "$1");
  return /^'.*'$/.test(value) ? value.slice(1, -1) : value;
}

/** What selects the hosts of an image that is not for all of them (os-release(5)). */
const hostKeys = ["ID", "SYSEXT_LEVEL", "VERSION_ID"];

/**
 * Checks what systemd-sysext checks about an image of which only the host's architecture is known (systemd,
 * src/shared/extension-util.c).
 * @returns what depends on the operating system of the host, such as `ID=flatcar, SYSEXT_LEVEL=1.0`; undefined if
 * nothing does
 * @throws KilnError `architecture-mismatch`, `extension-image-invalid`
 */
export function checkExtensionRelease(
  release: ExtensionRelease,
  path: string,
  name: string,
  architecture: Architecture,
): string | undefined {
  const forArchitecture = release.get("ARCHITECTURE") ?? "";
  if (!["", "_any", architecture].includes(forArchitecture)) {
    throw new KilnError("architecture-mismatch", {
      expected: `${path} to be an image of ${name} for ${architecture}`,
      found: `an image for ${forArchitecture}`,
      next: `use the extension's image for ${architecture}`,
    });
  }
  const scope = release.get("SYSEXT_SCOPE") ?? "";
  if (scope !== "" && !scope.split(/\s+/).includes("system"))
    throw notMerged(path, `SYSEXT_SCOPE=${scope}, which leaves out "system"`);
  const id = release.get("ID") ?? "";
  if (id === "") throw notMerged(path, "no ID");
  if (id === "_any") return undefined;
  const keys = hostKeys.filter((key) => (release.get(key) ?? "") !== "");
  return keys.map((key) => `${key}=${release.get(key)}`).join(", ");
}

function notMerged(path: string, found: string): KilnError {
  return new KilnError("extension-image-invalid", {
    expected: `the extension-release file in ${path} to be one that systemd-sysext accepts on a host`,
    found,
    next: "correct the file, for example ID=_any for every host, and make the image again",
  });
}
