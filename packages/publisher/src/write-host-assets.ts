import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { compareImageVersions, kilnHostName, parseImageName, type Definition } from "@sysext-kiln/extension";
import type { HostImage } from "@sysext-kiln/host-config";
import type { Say } from "@sysext-kiln/machine";
import { type Release, type ReleaseStore, selectedVersions } from "@sysext-kiln/release-store";
import { repositoryIdentity } from "./directory-plan.ts";
import type { HostText, HostVersion } from "./host-assets.ts";
import { forNewHosts, planOffers } from "./offers.ts";
import {
  directoryReader,
  readPrevious,
  type DirectoryContents,
  type ReadDirectory,
} from "./previous-directory.ts";
import type { Trust } from "./signing/trust.ts";
import { trustedImages } from "./trusted-images.ts";

export interface HostAssetsContext {
  store: ReleaseStore;
  /** Where hosts find the releases. */
  baseUrl: string;
  /** The definition of kiln-host, which updates hosts. */
  kilnHost: Definition | undefined;
  /** Receives a line if there is no configuration. */
  say: Say | undefined;
  trust: Trust;
  /** Reads each update directory once in this run; if undefined, it is read here. */
  read: ReadDirectory | undefined;
}

/** Writes the configuration for hosts into a folder, and returns the paths; none before kiln-host is published. */
export async function writeHostAssets(
  version: HostVersion,
  releases: readonly Release[],
  folder: string,
  { store, baseUrl, kilnHost, say, trust, read: given }: HostAssetsContext,
): Promise<string[]> {
  const read = given ?? directoryReader(store, trust);
  const previous = await readPrevious(releases, read);
  const kilnHostVersion =
    version.definition.name === kilnHostName
      ? version
      : await newestVersion(store, releases, kilnHost, { previous, read, trust });
  if (kilnHostVersion === undefined) {
    say?.("no configuration for hosts, as kiln-host is not published yet");
    return [];
  }
  // Imported lazily: the action sends its first request earlier without the code that renders Butane.
  const [{ hostAssets }, { writeHostArchive }] = await Promise.all([
    import("./host-assets.ts"),
    import("./host-archive.ts"),
  ]);
  const repository = repositoryIdentity(previous?.index, store.baseUrl ?? baseUrl);
  const options = {
    ...{ baseUrl, keyring: trust.signer?.keyring, repository },
    published: selectedVersions(version.definition, releases).map((one) => one.version.upstream),
  };
  const assets = hostAssets(version, kilnHostVersion, options);
  if (assets === undefined) return [];
  const writeText = async ({ name, text }: HostText) => {
    const path = join(folder, name);
    await writeFile(path, text);
    return path;
  };
  return Promise.all([...assets.texts.map(writeText), writeHostArchive(assets.archive, folder)]);
}

/** Whether there is a published version of kiln-host that the configuration of another extension can name. */
export async function isKilnHostOffered(
  store: ReleaseStore,
  releases: readonly Release[],
  kilnHost: Definition,
  { read, trust }: { read: ReadDirectory; trust: Trust },
): Promise<boolean> {
  const previous = await readPrevious(releases, read);
  return (await newestVersion(store, releases, kilnHost, { previous, read, trust })) !== undefined;
}

/**
 * The newest published version of an extension that hosts follow and may be offered; undefined if
 * there is none.
 */
async function newestVersion(
  store: ReleaseStore,
  releases: readonly Release[],
  definition: Definition | undefined,
  { previous, read, trust }: { previous: DirectoryContents | undefined; read: ReadDirectory; trust: Trust },
): Promise<HostVersion | undefined> {
  if (definition === undefined) return undefined;
  const { now } = trust;
  const trusted = trustedImages(store, releases, { previous, read, trust });
  const imagesOf = trusted.of.bind(trusted);
  const offers = await planOffers([definition], releases, { previous, imagesOf, now });
  const images = forNewHosts(offers.index, now).flatMap(({ name, sha256 }) => {
    const parsed = parseImageName(definition, name);
    return parsed ? [{ name, sha256, ...parsed }] : [];
  });
  const [newest] = images.toSorted((left, right) => compareImageVersions(right.version, left.version));
  if (newest === undefined) return undefined;
  const isNewest = ({ version }: HostImage) => compareImageVersions(version, newest.version) === 0;
  return { definition, images: images.filter(isNewest) };
}
