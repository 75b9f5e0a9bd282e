import {
  type Architecture,
  assetPath,
  type Definition,
  type ImageVersion,
  kilnHostName,
  releaseTag,
} from "@sysext-kiln/extension";
import { bootstrap, units } from "./frozen.ts";
import type { HostConfig } from "./host-config.ts";
import { componentFile, extensionLink, imageFolder, transferFile, transferFolder } from "./transfer.ts";

/**
 * The keys by which systemd-sysupdate verifies manifests: a binary keyring, whose name ends in `.gpg`
 * (systemd 257 does not read `.pgp`).
 */
const keyringPath = "/etc/systemd/import-pubring.gpg";

/** The bootstrap's own copy of kiln-host's transfer, which it uses whatever has happened to the other one. */
const recoveryTransfer = "/etc/sysext-kiln/recovery/kiln-host.conf";

/** A published image that hosts start with. */
export interface HostImage {
  name: string;
  version: ImageVersion;
  architecture: Architecture;
  sha256: string;
}

/** An extension for hosts, with the image that they start with. */
export interface HostExtension {
  definition: Definition;
  image: HostImage;
  /** The series that hosts follow; undefined if they follow all versions. */
  series: string | undefined;
}

export interface HostConfigOptions {
  /** Where hosts find releases, such as `https://github.com/OWNER/REPO`; without a slash at its end. */
  baseUrl: string;
  /** The binary keyring that hosts trust; undefined if manifests are not signed. */
  keyring: Uint8Array | undefined;
  /** Whether an update takes effect at the next reboot, instead of at once with a health check. */
  reboot: boolean;
  /** The identity of the repository in its index; undefined if it has no index yet. */
  repository?: string | undefined;
  /** The URL of the HTTP proxy through which hosts reach the releases. */
  proxy?: string | undefined;
}

/**
 * What a host needs to run published images and to follow their updates.
 * @param extensions all of them, kiln-host included
 */
export function hostConfigFor(
  extensions: readonly HostExtension[],
  { baseUrl, keyring, reboot, repository, proxy }: HostConfigOptions,
): HostConfig {
  const signed = keyring !== undefined;
  return {
    files: [
      ...extensions.flatMap(({ definition, image, series }) => {
        const { name } = definition;
        const url = `${baseUrl}/${assetPath(releaseTag(definition, image.version), image.name)}`;
        const { path, text } = componentFile(name);
        const transfer = transferFile(definition, { baseUrl, series, signed });
        return [
          { path: imagePath(name, image), mode: 0o644, content: { url, sha256: image.sha256 } },
          { path: `${transferFolder(name)}/${name}.conf`, mode: 0o644, content: transfer },
          { path, mode: 0o644, content: text },
          ...(name === kilnHostName ? [{ path: recoveryTransfer, mode: 0o644, content: transfer }] : []),
        ];
      }),
      ...(keyring === undefined ? [] : [{ path: keyringPath, mode: 0o644, content: Buffer.from(keyring) }]),
      {
        path: "/etc/sysext-kiln/host.conf",
        mode: 0o644,
        content: settings({ reboot, signed, repository, proxy }),
      },
      bootstrap,
    ],
    links: extensions.map(({ definition: { name }, image }) => ({
      path: extensionLink(name),
      target: imagePath(name, image),
    })),
    units,
  };
}

function imagePath(name: string, image: HostImage): string {
  return `${imageFolder(name)}/${image.name}`;
}

/** The settings that differ between hosts; kiln-host has defaults for all others. */
function settings({
  reboot,
  signed,
  repository,
  proxy,
}: Pick<HostConfigOptions, "reboot" | "repository" | "proxy"> & { signed: boolean }) {
  return [
    "# Settings of kiln-host; extensions/kiln-host/README.md of sysext-kiln lists all of them.",
    `MODE=${reboot ? "reboot" : "live"}`,
    `UNSIGNED=${signed ? "refused" : "allowed"}`,
    ...(repository === undefined ? [] : [`REPOSITORY=${repository}`]),
    ...(proxy === undefined ? [] : [`PROXY=${proxy}`]),
    "",
  ].join("\n");
}
