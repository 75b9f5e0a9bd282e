import type { HostConfig, HostUnit } from "./host-config.ts";

/** How one format writes what the other writes otherwise. */
export interface Writing {
  /** A file's text. */
  inline: (text: string) => object;
  mode: (mode: number) => unknown;
}

/** The parts that Butane and Ignition have in common. */
export function documentOf({ directories, files, links, units }: HostConfig, { inline, mode }: Writing) {
  return {
    storage: {
      directories: directories.map((directory) => ({ path: directory.path, mode: mode(directory.mode) })),
      files: files.map(({ path, content, ...file }) => ({
        path,
        mode: mode(file.mode),
        contents: typeof content === "string" ? inline(content) : remote(content),
      })),
      links: links.map(({ path, target }) => ({ path, target, hard: false })),
    },
    systemd: { units: units.map(unitOf) },
  };
}

function remote({ url, sha256 }: { url: string; sha256?: string }): object {
  return { source: url, ...(sha256 !== undefined && { verification: { hash: `sha256-${sha256}` } }) };
}

function unitOf({ name, wantedBy, content, dropIns }: HostUnit): object {
  return {
    name,
    // The target is the one of the unit's own [Install] section.
    ...(wantedBy !== undefined && { enabled: true }),
    ...(content !== undefined && { contents: content }),
    ...(dropIns && { dropins: dropIns.map((dropIn) => ({ name: dropIn.name, contents: dropIn.content })) }),
  };
}
