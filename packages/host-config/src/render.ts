import { gzipSync } from "node:zlib";
import { Scalar, stringify } from "yaml";
import { type HostConfig, type HostFile, type HostUnit, isContained } from "./host-config.ts";

/** Renders a host's configuration as Butane for the variant `flatcar`, to be merged into a user's own. */
export function formatButane(config: HostConfig): string {
  const { storage, systemd } = documentOf(config, { contents: readable, mode: octal });
  return stringify({ variant: "flatcar", version: "1.1.0", storage, systemd }, { lineWidth: 0 });
}

/**
 * Renders a host's configuration as Ignition (specification 3.3.0), as Butane would translate it: compact,
 * and each file compressed if that is shorter, as user data is limited to 16 kB on some platforms.
 */
export function formatIgnition(config: HostConfig): string {
  const { storage, systemd } = documentOf(config, { contents: shortest, mode: (mode) => mode });
  return `${JSON.stringify({ ignition: { version: "3.3.0" }, storage, systemd })}\n`;
}

/** The mode that Ignition gives to files. */
const defaultMode = 0o644;

/** What the two formats write differently. */
interface Format {
  /** The content of a file that is not fetched. */
  contents: (content: string | Buffer) => object;
  mode: (mode: number) => unknown;
}

/** The parts that both formats have. */
function documentOf({ files, links, units }: HostConfig, { contents, mode }: Format) {
  return {
    storage: {
      files: files.map((file) => ({
        path: file.path,
        // Ignition fails if there is one already, such as in a baked disk image (specification 3.3.0).
        overwrite: true,
        ...(file.mode !== defaultMode && { mode: mode(file.mode) }),
        contents: isContained(file.content) ? contents(file.content) : remote(file.content),
      })),
      links: links.map(({ path, target }) => ({ path, overwrite: true, target })),
    },
    systemd: { units: units.map(unitOf) },
  };
}

function remote({ url, sha256 }: Exclude<HostFile["content"], string | Buffer>): object {
  return { source: url, verification: { hash: `sha256-${sha256}` } };
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

/** A text as it is. */
function readable(content: string | Buffer): object {
  return typeof content === "string" ? { inline: content } : { source: dataUrl(content) };
}

/** The shortest of the forms that Ignition reads. */
function shortest(content: string | Buffer): object {
  const forms = [
    ...(typeof content === "string" ? [{ source: `data:,${encodeURIComponent(content)}` }] : []),
    { source: dataUrl(Buffer.from(content)) },
    { compression: "gzip", source: dataUrl(gzipSync(content, { level: 9 })) },
  ];
  return forms.reduce((best, form) =>
    JSON.stringify(form).length < JSON.stringify(best).length ? form : best,
  );
}

/** Bytes as a URL (RFC 2397). */
function dataUrl(bytes: Buffer): string {
  return `data:;base64,${bytes.toString("base64")}`;
}
