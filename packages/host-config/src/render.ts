import { Scalar, stringify } from "yaml";
import type { HostConfig, HostUnit } from "./host-config.ts";

/** Renders a host's configuration as Butane for the variant `flatcar`, to be merged into a user's own. */
export function formatButane(config: HostConfig): string {
  const { storage, systemd } = documentOf(config, { inline: (text) => ({ inline: text }), mode: octal });
  return stringify({ variant: "flatcar", version: "1.1.0", storage, systemd }, { lineWidth: 0 });
}

/** Renders a host's configuration as Ignition (specification 3.3.0), as Butane would translate it. */
export function formatIgnition(config: HostConfig): string {
  const { storage, systemd } = documentOf(config, { inline: dataUrl, mode: (mode) => mode });
  return `${JSON.stringify({ ignition: { version: "3.3.0" }, storage, systemd }, null, 2)}\n`;
}

/** What the two formats write differently. */
interface Format {
  /** The text of a file. */
  inline: (text: string) => object;
  mode: (mode: number) => unknown;
}

/** The parts that both formats have. */
function documentOf({ directories, files, links, units }: HostConfig, { inline, mode }: Format) {
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
    // The target is in the [Install] section of the unit.
    ...(wantedBy !== undefined && { enabled: true }),
    ...(content !== undefined && { contents: content }),
    ...(dropIns && { dropins: dropIns.map((dropIn) => ({ name: dropIn.name, contents: dropIn.content })) }),
  };
}

/** A mode as people read it. */
function octal(mode: number): Scalar<number> {
  const scalar = new Scalar(mode);
  scalar.format = "OCT";
  return scalar;
}

/** A text as a URL that Ignition reads (RFC 2397). */
function dataUrl(text: string): object {
  return { source: `data:,${encodeURIComponent(text)}` };
}
