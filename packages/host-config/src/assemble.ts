import { fetchScript, fetchScriptPath, updateScript, updateScriptPath } from "./scripts.ts";
import type { HostConfig, HostConfigOptions } from "./host-config.ts";
import { componentFile, extensionLink, imageFolder, transferFile, transferFolder } from "./transfer.ts";
import { rebootUnits, updateUnits } from "./update-units.ts";

/** Where systemd-sysupdate looks for the keys that a manifest may be signed with: binary, and `.gpg` (257 reads no `.pgp`). */
const keyringPath = "/etc/systemd/import-pubring.gpg";

/** Everything that a host needs to start with an image of an extension, and to follow its updates. */
export function hostConfig(options: HostConfigOptions): HostConfig {
  const { definition, baseUrl, series, image, keyring, mode } = options;
  const { name } = definition;
  const imagePath = `${imageFolder(name)}/${image.name}`;
  const component = componentFile(name);
  const live = mode === "live";
  return {
    // systemd 257 never makes the link where /etc/extensions is missing.
    directories: [imageFolder(name), "/etc/extensions"].map((path) => ({ path, mode: 0o755 })),
    files: [
      { path: imagePath, mode: 0o644, content: { url: image.url, sha256: image.sha256 } },
      {
        path: `${transferFolder(name)}/${name}.conf`,
        mode: 0o644,
        content: transferFile(definition, { baseUrl, series, signed: keyring !== undefined }),
      },
      { path: component.path, mode: 0o644, content: component.text },
      ...(keyring === undefined ? [] : [{ path: keyringPath, mode: 0o644, content: binary(keyring) }]),
      live
        ? { path: updateScriptPath(name), mode: 0o755, content: updateScript(definition) }
        : { path: fetchScriptPath(name), mode: 0o755, content: fetchScript(definition) },
    ],
    links: [{ path: extensionLink(name), target: imagePath }],
    units: live ? updateUnits(definition) : rebootUnits(definition),
  };
}

/** Bytes as a URL that Ignition reads (RFC 2397). */
function binary(base64: string): { url: string } {
  return { url: `data:application/octet-stream;base64,${base64}` };
}
