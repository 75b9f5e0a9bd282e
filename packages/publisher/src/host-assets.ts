import { basename, dirname } from "node:path";
import { type Definition, isTracked, seriesOf } from "@sysext-kiln/extension";
import {
  formatButane,
  formatIgnition,
  type HostConfig,
  hostConfigFor,
  hostFiles,
  type HostImage,
} from "@sysext-kiln/host-config";
import { keyringName } from "./signing/keyring.ts";

export interface HostAssetsOptions {
  /** Where hosts find releases, without a trailing slash. */
  baseUrl: string;
  /** The binary keyring that hosts trust; undefined if nothing is signed. */
  keyring: Uint8Array | undefined;
}

/** A text file that is published beside the images. */
export interface HostAsset {
  name: string;
  text: string;
}

/**
 * The configuration with which hosts install the images of one version and follow updates, as assets of its
 * release: what `kiln host-config` prints, for each architecture and both ways of updating, and each file in
 * it. A version that hosts never get automatically has none. No name ends in `.raw`, so no `MatchPattern=` on
 * a host mistakes one for an image.
 */
export function hostAssets(
  definition: Definition,
  images: readonly HostImage[],
  options: HostAssetsOptions,
): HostAsset[] {
  const version = images[0]?.version.upstream;
  if (version === undefined || !isTracked(version, definition.versions)) return [];
  const series = seriesOf(version, definition.versions);
  const assets = images.flatMap((image) =>
    [false, true].flatMap((reboot) => {
      const config = hostConfigFor(definition, image, { ...options, series, reboot });
      const stem = `${image.name.replace(/\.raw$/, "")}${reboot ? ".reboot" : ""}`;
      return [
        { name: `${stem}.bu`, text: formatButane(config) },
        { name: `${stem}.ign`, text: formatIgnition(config) },
        ...filesOf(config, definition, series),
      ];
    }),
  );
  // The files are the same for every architecture.
  return [...new Map(assets.map((asset) => [asset.name, asset])).values()];
}

function filesOf(config: HostConfig, { name }: Definition, series: string | undefined): HostAsset[] {
  return hostFiles(config)
    .files.filter(({ path }) => basename(path) !== keyringName)
    .map(({ path, content }) => ({ name: flatName(path, name, series), text: content.toString() }));
}

/**
 * A name for a file of a host that is unique without its folder: its own name, except for `NAME.conf`, which
 * exists in several folders and is named after them (`etcd-3.5.sysupdate.conf` for the one in
 * `/etc/sysupdate.etcd.d`).
 */
function flatName(path: string, name: string, series: string | undefined): string {
  if (basename(path) !== `${name}.conf`) return basename(path);
  const folder = basename(dirname(path)).replace(/\.d$/, "");
  if (folder !== `sysupdate.${name}`) return `${name}.${folder}.conf`;
  return `${series === undefined ? name : `${name}-${series}`}.sysupdate.conf`;
}
