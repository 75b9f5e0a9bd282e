import type { Architecture, Definition } from "@sysext-kiln/extension";

/** What a host gets to take an extension and keep it up to date; rendered as Butane, as Ignition, or as files. */
export interface HostConfig {
  directories: { path: string; mode: number }[];
  files: { path: string; mode: number; content: string | RemoteContent }[];
  links: { path: string; target: string }[];
  units: HostUnit[];
}

/** A file that the host fetches at its first boot, or that is in a `data:` URL. */
export interface RemoteContent {
  url: string;
  /** Lower-case hex. */
  sha256?: string;
}

export interface HostUnit {
  name: string;
  /** The target that starts it at boot; where there is none, something else starts it. */
  wantedBy?: string;
  /** The unit's text, where the host has no such unit of its own. */
  content?: string;
  dropIns?: { name: string; content: string }[];
}

/** The image that a host starts with. */
export interface FirstImage {
  name: string;
  /** The permanent release's URL of it. */
  url: string;
  sha256: string;
  architecture: Architecture;
}

export interface HostConfigOptions {
  definition: Definition;
  /** Where the releases are, such as `https://github.com/OWNER/REPO`; without a slash at its end. */
  baseUrl: string;
  /** The series that the host follows; undefined where it follows everything. */
  series: string | undefined;
  image: FirstImage;
  /** The binary public keyring, in base64; undefined where the manifest is not signed. */
  keyring: string | undefined;
  /** How an update takes effect: at once, with a health check, or at the next reboot. */
  mode: "live" | "reboot";
}
