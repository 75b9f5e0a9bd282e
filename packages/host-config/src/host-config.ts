/** What a host needs to run and update extensions; rendered as Butane, Ignition, files, or a script. */
export interface HostConfig {
  files: readonly HostFile[];
  links: readonly { path: string; target: string }[];
  units: readonly HostUnit[];
}

export interface HostFile {
  path: string;
  mode: number;
  /** A text, bytes, or a file that the host fetches. */
  content: string | Buffer | RemoteContent;
}

/** A file that the host fetches at its first boot. */
export interface RemoteContent {
  url: string;
  /** Lower-case hex. */
  sha256: string;
}

export interface HostUnit {
  name: string;
  /** The target that starts it at boot; undefined if something else starts it. */
  wantedBy?: string;
  /** The text of the unit; undefined if the host has this unit already. */
  content?: string;
  dropIns?: readonly { name: string; content: string }[];
}

/** Whether a file's content is part of the configuration, and not fetched by the host. */
export function isContained(content: HostFile["content"]): content is string | Buffer {
  return typeof content === "string" || Buffer.isBuffer(content);
}
