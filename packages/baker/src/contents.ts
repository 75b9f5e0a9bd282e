import { extensionLink, imageFolder } from "@sysext-kiln/host-config";

/** What goes into an operating system's root file system; the folders that lead there are made. */
export interface Contents {
  files: ContentFile[];
  links: { path: string; target: string }[];
}

export interface ContentFile {
  /** Absolute, inside. */
  path: string;
  mode: number;
  /** The bytes, or the file of this machine that holds them, with their SHA-256 in hex. */
  content: Buffer | { file: string; sha256: string };
}

/** An extension's image on this machine. */
export interface LocalImage {
  name: string;
  path: string;
  sha256: string;
}

/** An extension's image where systemd-sysext finds it, as Ignition would put it there. */
export function imageContents(name: string, image: LocalImage): Contents {
  const path = `${imageFolder(name)}/${image.name}`;
  return {
    files: [{ path, mode: 0o644, content: { file: image.path, sha256: image.sha256 } }],
    links: [{ path: extensionLink(name), target: path }],
  };
}

export function joinContents(parts: readonly Contents[]): Contents {
  return { files: parts.flatMap(({ files }) => files), links: parts.flatMap(({ links }) => links) };
}
