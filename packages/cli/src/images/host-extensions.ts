import { KilnError } from "@sysext-kiln/error";
import { type Architecture, type Extension, kilnHostName } from "@sysext-kiln/extension";
import type { HostExtension } from "@sysext-kiln/host-config";
import { type Keyring, type Source, updateDirectoryImages } from "@sysext-kiln/publisher";
import { followedSeries, newestOf } from "./offered.ts";

/**
 * Extensions for hosts, and kiln-host, which updates them.
 * @throws KilnError `unknown-extension` if the repository lacks kiln-host
 */
export function forHosts(all: readonly Extension[], selected: readonly Extension[]): Extension[] {
  const kilnHost = all.find(({ definition }) => definition.name === kilnHostName);
  if (kilnHost !== undefined) return [kilnHost, ...selected.filter((extension) => extension !== kilnHost)];
  throw new KilnError("unknown-extension", {
    expected: `the extension ${kilnHostName}, which updates hosts`,
    found: `only ${all.map(({ definition }) => definition.name).join(", ")}`,
    next: `copy extensions/${kilnHostName} from sysext-kiln's repository, and publish it: ./kiln release ${kilnHostName}`,
  });
}

export interface OfferedOptions {
  source: Source;
  /** The keys of which one must have signed the manifest; undefined if it is not signed. */
  keyring: Keyring | undefined;
  arch: Architecture;
  /** The series to follow, by the name of the extension. */
  pins: ReadonlyMap<string, string>;
}

/**
 * An extension with the newest image that the update directory has of it, in the series that hosts follow.
 * @throws KilnError `not-published`
 */
export async function offeredExtension(
  { definition }: Extension,
  { source, keyring, arch, pins }: OfferedOptions,
): Promise<HostExtension> {
  const offered = await updateDirectoryImages(source, definition, keyring);
  const series = followedSeries(definition, pins.get(definition.name), offered);
  return { definition, series, image: newestOf(definition, series, arch, offered) };
}
