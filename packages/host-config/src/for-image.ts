import {
  type Architecture,
  assetPath,
  type Definition,
  type ImageVersion,
  releaseTag,
} from "@sysext-kiln/extension";
import { hostConfig } from "./assemble.ts";
import type { HostConfig } from "./host-config.ts";

/** An image that hosts are to have. */
export interface HostImage {
  name: string;
  version: ImageVersion;
  architecture: Architecture;
  sha256: string;
}

export interface HostConfigForOptions {
  /** Where hosts find releases, without a slash at its end. */
  baseUrl: string;
  /** The series that hosts follow; undefined where they follow everything. */
  series: string | undefined;
  /** The binary keyring that hosts trust; undefined where what is published is not signed. */
  keyring: Uint8Array | undefined;
  reboot: boolean;
}

/** What a host needs to have a published image and to follow its updates. */
export function hostConfigFor(
  definition: Definition,
  { name, version, architecture, sha256 }: HostImage,
  { baseUrl, series, keyring, reboot }: HostConfigForOptions,
): HostConfig {
  const url = `${baseUrl}/${assetPath(releaseTag(definition, version), name)}`;
  return hostConfig({
    definition,
    baseUrl,
    series,
    image: { name, url, sha256, architecture },
    keyring: keyring && Buffer.from(keyring).toString("base64"),
    mode: reboot ? "reboot" : "live",
  });
}
