import { isDeepStrictEqual } from "node:util";
import { type Definition, isTracked, kilnHostName, releaseTag, seriesOf } from "@sysext-kiln/extension";
import {
  formatButane,
  formatIgnition,
  type HostConfig,
  hostConfigFor,
  type HostFiles,
  hostFiles,
  type HostImage,
  transferFile,
} from "@sysext-kiln/host-config";

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
export interface HostText {
  name: string;
  text: string;
}

/** The configuration of hosts, as assets of a release. */
export interface HostAssets {
  /** What people and hosts fetch by its URL. */
  texts: readonly HostText[];
  /** Everything else, as one archive, because each asset takes a request. */
  archive: HostArchive;
}

/** An archive with files of a host; their paths in it have no slash at the beginning. */
export interface HostArchive extends HostFiles {
  name: string;
}

/**
 * The configuration with which hosts install the images of one version and follow updates, as
 * `kiln host-config` prints it: for each architecture as Butane and as Ignition, and the transfer. The archive
 * has the same as files and links below `etc/`, without the images, and below `reboot/` what differs on hosts
 * that update at the next reboot. A version that hosts never get automatically has no configuration. No name
 * ends in `.raw`, so no `MatchPattern=` on a host mistakes one for an image.
 * @param kilnHost the version of kiln-host that the hosts start with; the same one in its own release
 */
export function hostAssets(
  version: HostVersion,
  kilnHost: HostVersion,
  options: HostAssetsOptions,
): HostAssets | undefined {
  const { definition } = version;
  const upstream = version.images[0]?.version.upstream;
  if (upstream === undefined || !isTracked(upstream, definition.versions, options.published))
    return undefined;
  const series = seriesOf(upstream, definition.versions);
  const configs = version.images.flatMap((image) => {
    const own = { definition, image, series };
    const host = kilnHost.images.find(({ architecture }) => architecture === image.architecture);
    if (host === undefined) return [];
    const isKilnHost = definition.name === kilnHostName;
    const others = isKilnHost ? [] : [{ definition: kilnHost.definition, image: host, series: undefined }];
    const configOf = (reboot: boolean) => hostConfigFor([own, ...others], { ...options, reboot });
    return [{ image, live: configOf(false), reboot: configOf(true) }];
  });
  const [first] = configs;
  if (first === undefined) return undefined;
  const live = etcOf(first.live);
  const reboot = etcOf(first.reboot);
  const transfer = transferFile(definition, { ...options, series, signed: options.keyring !== undefined });
  return {
    texts: [
      ...configs.flatMap((one) => documentsOf(one.live, one.image)),
      {
        name: `${series === undefined ? definition.name : `${definition.name}-${series}`}.sysupdate.conf`,
        text: transfer,
      },
    ],
    archive: {
      name: `${releaseTag(definition, first.image.version)}.host-files.tar`,
      files: [
        ...live.files,
        ...reboot.files
          .filter((file) => !live.files.some((other) => isDeepStrictEqual(file, other)))
          .map((file) => ({ ...file, path: `/reboot${file.path}` })),
        ...configs
          .flatMap((one) => documentsOf(one.reboot, one.image))
          .map(({ name, text }) => ({ path: `/reboot/${name}`, mode: 0o644, content: Buffer.from(text) })),
      ],
      links: live.links,
    },
  };
}

/** The files and links that are the same for every architecture: all but images and the links to them. */
function etcOf(config: HostConfig): HostFiles {
  return hostFiles({ ...config, links: [] });
}

/** A configuration with an image, in the formats that provision a host. */
function documentsOf(config: HostConfig, image: HostImage): HostText[] {
  const stem = image.name.replace(/\.raw$/, "");
  return [
    { name: `${stem}.bu`, text: formatButane(config) },
    { name: `${stem}.ign`, text: formatIgnition(config) },
  ];
}
