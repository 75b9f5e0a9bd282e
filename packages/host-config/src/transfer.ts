import { matchPattern, type Definition } from "@sysext-kiln/extension";

export interface TransferOptions {
  baseUrl: string;
  series: string | undefined;
  /** Whether the manifest must be signed by a key in /etc/systemd/import-pubring.gpg. */
  signed: boolean;
}

/**
 * A transfer for systemd-sysupdate (sysupdate.d(5)), for `/etc/sysupdate.NAME.d/`. The name of the file must
 * end in `.conf`: systemd reads `.transfer` only since 257. It moves no link, and kiln-host removes old
 * images; `InstancesMax=` only limits what an operator's own `systemd-sysupdate vacuum` leaves.
 */
export function transferFile(definition: Definition, { baseUrl, series, signed }: TransferOptions): string {
  const { name } = definition;
  return `[Transfer]
Verify=${signed ? "true" : "false"}

[Source]
Type=url-file
Path=${baseUrl.replaceAll("%", "%%")}/releases/latest/download/
MatchPattern=${matchPattern(definition, series)}

[Target]
Type=regular-file
Path=${imageFolder(name)}
Mode=0644
InstancesMax=10
`;
}

/** Where systemd-sysupdate finds the transfer. */
export function transferFolder(name: string): string {
  return `/etc/sysupdate.${name}.d`;
}

/**
 * A file beside that folder, for systemd 262, whose own update service updates every component. A disabled
 * component can still be updated with `--definitions=` (sysupdate.components(5); 257 ignores the file).
 */
export function componentFile(name: string): { path: string; text: string } {
  return { path: `/etc/sysupdate.${name}.component`, text: "[Component]\nEnabled=no\n" };
}

/** The folder on a host with the images of an extension. */
export function imageFolder(name: string): string {
  return `/opt/extensions/${name}`;
}

/** The link by which systemd-sysext finds the image; its name determines the extension-release file. */
export function extensionLink(name: string): string {
  return `/etc/extensions/${name}.raw`;
}
