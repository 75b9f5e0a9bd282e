import { extensionLink, imageFolder } from "@sysext-kiln/host-config";

/** Files and links for an operating system's root file system. The folders above them are created. */
export interface Contents {
  files: readonly ContentFile[];
  links: readonly { path: string; target: string }[];
}

export interface ContentFile {
  /** The absolute path in the root file system. */
  path: string;
  mode: number;
  /** The bytes, or the path of a local file with them and their SHA-256 in hex. */
  content: Buffer | { file: string; sha256: string };
}

/** An extension's image on this machine. */
export interface LocalImage {
  name: string;
  path: string;
  sha256: string;
}

/** An extension's image at the path where systemd-sysext finds it, as Ignition would write it. */
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
