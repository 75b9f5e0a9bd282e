/** What a host needs to run an extension and keep it up to date; rendered as Butane, Ignition, or files. */
export interface HostConfig {
  directories: readonly { path: string; mode: number }[];
  files: readonly { path: string; mode: number; content: string | RemoteContent }[];
  links: readonly { path: string; target: string }[];
  units: readonly HostUnit[];
}

/** A file that the host fetches at its first boot, or the bytes in a `data:` URL. */
export interface RemoteContent {
  url: string;
  /** Lower-case hex. */
  sha256?: string;
}

export interface HostUnit {
  name: string;
  /** The target that starts it at boot; undefined if something else starts it. */
  wantedBy?: string;
  /** The text of the unit; undefined if the host has this unit already. */
  content?: string;
  dropIns?: readonly { name: string; content: string }[];
}
