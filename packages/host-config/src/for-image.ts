import {
  type Architecture,
  assetPath,
  type Definition,
  type ImageVersion,
  releaseTag,
} from "@sysext-kiln/extension";
import type { HostConfig } from "./host-config.ts";
import { fetchScript, fetchScriptPath, updateScript, updateScriptPath } from "./scripts.ts";
import { componentFile, extensionLink, imageFolder, transferFile, transferFolder } from "./transfer.ts";
import { rebootUnits, updateUnits } from "./update-units.ts";

/**
 * The keys by which systemd-sysupdate verifies manifests: a binary keyring, whose name ends in `.gpg`
 * (systemd 257 does not read `.pgp`).
 */
const keyringPath = "/etc/systemd/import-pubring.gpg";

/** The published image that hosts start with. */
export interface HostImage {
  name: string;
  version: ImageVersion;
  architecture: Architecture;
  sha256: string;
}

export interface HostConfigForOptions {
  /** Where hosts find releases, such as `https://github.com/OWNER/REPO`; without a slash at its end. */
  baseUrl: string;
  /** The series that hosts follow; undefined if they follow all versions. */
  series: string | undefined;
  /** The binary keyring that hosts trust; undefined if manifests are not signed. */
  keyring: Uint8Array | undefined;
  /** Whether an update takes effect at the next reboot, instead of at once with a health check. */
  reboot: boolean;
}

/** What a host needs to run a published image and to follow its updates. */
export function hostConfigFor(
  definition: Definition,
  image: HostImage,
  { baseUrl, series, keyring, reboot }: HostConfigForOptions,
): HostConfig {
  const { name } = definition;
  const imagePath = `${imageFolder(name)}/${image.name}`;
  const url = `${baseUrl}/${assetPath(releaseTag(definition, image.version), image.name)}`;
  const component = componentFile(name);
  return {
    // systemd 257 does not make the link if /etc/extensions is missing.
    directories: [imageFolder(name), "/etc/extensions"].map((path) => ({ path, mode: 0o755 })),
    files: [
      { path: imagePath, mode: 0o644, content: { url, sha256: image.sha256 } },
      {
        path: `${transferFolder(name)}/${name}.conf`,
        mode: 0o644,
        content: transferFile(definition, { baseUrl, series, signed: keyring !== undefined }),
      },
      { path: component.path, mode: 0o644, content: component.text },
      ...(keyring === undefined ? [] : [{ path: keyringPath, mode: 0o644, content: dataUrl(keyring) }]),
      reboot
        ? { path: fetchScriptPath(name), mode: 0o755, content: fetchScript(definition) }
        : { path: updateScriptPath(name), mode: 0o755, content: updateScript(definition) },
    ],
    links: [{ path: extensionLink(name), target: imagePath }],
    units: reboot ? rebootUnits(definition) : updateUnits(definition),
  };
}

/** Bytes as a URL that Ignition reads (RFC 2397). */
function dataUrl(bytes: Uint8Array): { url: string } {
  return { url: `data:application/octet-stream;base64,${Buffer.from(bytes).toString("base64")}` };
}
