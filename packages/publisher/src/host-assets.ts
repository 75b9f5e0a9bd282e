import { basename, dirname } from "node:path";
import { type Definition, isTracked, kilnHostName, seriesOf } from "@sysext-kiln/extension";
import {
  formatButane,
  formatIgnition,
  hostConfigFor,
  type HostExtension,
  hostFiles,
  type HostImage,
} from "@sysext-kiln/host-config";
import { keyringName } from "./signing/keyring.ts";

export interface HostAssetsOptions {
  /** Where hosts find releases, without a trailing slash. */
  baseUrl: string;
  /** The binary keyring that hosts trust; undefined if nothing is signed. */
  keyring: Uint8Array | undefined;
  /** Upstream's versions that are published, among which the series that hosts follow are counted. */
  published: readonly string[];
  /** The identity of the repository, whose index the hosts require from the start. */
  repository: string;
}

/** A version of an extension, with its images. */
export interface HostVersion {
  definition: Definition;
  images: readonly HostImage[];
}

/** A text file that is published beside the images. */
export interface HostAsset {
  name: string;
  text: string;
}

/**
 * The configuration with which hosts install the images of one version and follow updates, as assets of its
 * release: what `kiln host-config` prints, for each architecture and both ways of updating, and each file
 * that belongs to the extension. A version that hosts never get automatically has none. No name ends in
 * `.raw`, so no `MatchPattern=` on a host mistakes one for an image.
 * @param kilnHost the version of kiln-host that the hosts start with; the same one in its own release
 */
export function hostAssets(
  version: HostVersion,
  kilnHost: HostVersion,
  options: HostAssetsOptions,
): HostAsset[] {
  const { definition } = version;
  const upstream = version.images[0]?.version.upstream;
  if (upstream === undefined || !isTracked(upstream, definition.versions, options.published)) return [];
  const assets = version.images.flatMap((image) => {
    const own = { definition, image, series: seriesOf(upstream, definition.versions) };
    const host = kilnHost.images.find(({ architecture }) => architecture === image.architecture);
    if (host === undefined) return [];
    const isKilnHost = definition.name === kilnHostName;
    const others = isKilnHost ? [] : [{ definition: kilnHost.definition, image: host, series: undefined }];
    return [false, true].flatMap((reboot) => {
      const config = hostConfigFor([own, ...others], { ...options, reboot });
      const stem = `${image.name.replace(/\.raw$/, "")}${reboot ? ".reboot" : ""}`;
      return [
        { name: `${stem}.bu`, text: formatButane(config) },
        { name: `${stem}.ign`, text: formatIgnition(config) },
        ...filesOf(own, { ...options, reboot }),
      ];
    });
  });
  // The files are the same for every architecture.
  return [...new Map(assets.map((asset) => [asset.name, asset])).values()];
}

/** The files on hosts that belong to an extension; those that every host has belong to kiln-host. */
function filesOf(extension: HostExtension, options: HostAssetsOptions & { reboot: boolean }): HostAsset[] {
  const { definition, series } = extension;
  const shared =
    definition.name === kilnHostName
      ? []
      : hostFiles(hostConfigFor([], options)).files.map(({ path }) => path);
  return hostFiles(hostConfigFor([extension], options))
    .files.filter(({ path }) => basename(path) !== keyringName && !shared.includes(path))
    .map(({ path, content }) => ({
      name: flatName(path, definition.name, series, options.reboot),
      text: content.toString(),
    }));
}

/**
 * A name for a file of a host that is unique without its folder: its own name, except for the transfer, which
 * is named after its folder (`etcd-3.5.sysupdate.conf` for the one in `/etc/sysupdate.etcd.d`), and for the
 * settings, which differ for updates at the next reboot.
 */
function flatName(path: string, name: string, series: string | undefined, reboot: boolean): string {
  if (dirname(path) === `/etc/sysupdate.${name}.d`)
    return `${series === undefined ? name : `${name}-${series}`}.sysupdate.conf`;
  return basename(path) === "host.conf" && reboot ? "host.reboot.conf" : basename(path);
}
