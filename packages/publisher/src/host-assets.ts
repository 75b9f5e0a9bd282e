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
  /** Where hosts find releases, without a slash at its end. */
  baseUrl: string;
  /** The binary keyring that hosts trust; undefined where nothing is signed. */
  keyring: Uint8Array | undefined;
}

/** A text that is published beside the images. */
export interface HostAsset {
  name: string;
  text: string;
}

/**
 * What hosts need to start with the images of one version and to follow their updates, as assets of its release: what
 * `kiln host-config` prints, for each architecture and both ways of updating, and the files in it one by one. A version
 * that hosts never get by themselves has none. No name ends in `.raw`, so no `MatchPattern=` of a host takes one for an
 * image.
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
 * A name by which a file of a host can stand beside files of other folders: its own, but `NAME.conf`, of which there is
 * one in several folders, says which (`etcd-3.5.sysupdate.conf` of `/etc/sysupdate.etcd.d`).
 */
function flatName(path: string, name: string, series: string | undefined): string {
  if (basename(path) !== `${name}.conf`) return basename(path);
  const folder = basename(dirname(path)).replace(/\.d$/, "");
  if (folder !== `sysupdate.${name}`) return `${name}.${folder}.conf`;
  return `${series === undefined ? name : `${name}-${series}`}.sysupdate.conf`;
}
