import { architectures, type Architecture } from "./architecture.ts";
import type { Definition } from "./definition.ts";
import { formatImageVersion, parseImageVersion, type ImageVersion } from "./version.ts";

type Named = Pick<Definition, "name" | "asset">;

/** The file name of an image, such as `etcd-3.5.30-x86-64.raw`. */
export function imageName({ asset }: Named, version: ImageVersion, architecture: Architecture): string {
  return asset.replace("{version}", formatImageVersion(version)).replace("{arch}", architecture);
}

/** The file name of an image's build record, such as `etcd-3.5.30-x86-64.build.json`. */
export function buildRecordName(
  definition: Named,
  version: ImageVersion,
  architecture: Architecture,
): string {
  return imageName(definition, version, architecture).replace(/\.raw$/, ".build.json");
}

/** The tag of the permanent release, such as `etcd-v3.5.30`. */
export function releaseTag({ name }: Pick<Definition, "name">, version: ImageVersion): string {
  return `${name}-v${formatImageVersion(version)}`;
}

/** The version in a tag that `releaseTag` makes for this extension; undefined for every other tag. */
export function parseReleaseTag({ name }: Pick<Definition, "name">, tag: string): ImageVersion | undefined {
  const prefix = `${name}-v`;
  return tag.startsWith(prefix) ? parseImageVersion(tag.slice(prefix.length)) : undefined;
}

/**
 * systemd-sysupdate's `MatchPattern=` for the extension, or for one series of it (sysupdate.d(5)).
 * `%a` is the host's architecture, `@v` the version.
 */
export function matchPattern({ asset }: Named, series?: string): string {
  return asset.replace("{version}", series === undefined ? "@v" : `${series}.@v`).replace("{arch}", "%a");
}

/** The version and architecture in a name that `imageName` makes for this extension; undefined for others. */
export function parseImageName(
  { asset }: Named,
  fileName: string,
): { version: ImageVersion; architecture: Architecture } | undefined {
  const [before = "", between = "", after = ""] = asset.split(/\{version\}|\{arch\}/);
  for (const architecture of architectures) {
    const end = `${between}${architecture}${after}`;
    if (!fileName.startsWith(before) || !fileName.endsWith(end)) continue;
    const version = parseImageVersion(fileName.slice(before.length, fileName.length - end.length));
    if (version) return { version, architecture };
  }
  return undefined;
}

/** The path of an asset below a release store's base URL. */
export function assetPath(tag: string, assetName: string): string {
  return `${releasePath(tag)}/${assetName}`;
}

/** The path of a release's assets below a release store's base URL. */
export function releasePath(tag: string): string {
  return `releases/download/${tag}`;
}

/** The path, below a release store's base URL, of the folder that hosts update from. */
export const updateDirectoryPath = "releases/latest/download";

/** A base URL without slashes at its end. Of the update directory's URL, which is printed more often, its base URL. */
export function baseUrlOfUrl(url: string): string {
  return url.replace(/\/+$/, "").replace(new RegExp(`/${updateDirectoryPath}$`), "");
}
