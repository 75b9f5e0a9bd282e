/** What an image of the extension `etcd`, or another one, contains. */
export interface ImageOptions {
  /** `etcd` by default. */
  name?: string;
  /** What its services do when they are started; `healthy` by default. */
  start?: "healthy" | "exits" | "fails" | "crashes" | "hangs" | "gap";
  /** The health check: shell text. */
  health?: string;
  restartLock?: string;
  upgradeCheck?: string;
  rollback?: "any" | "series";
  /** Whether it has files in /usr/local. */
  usrLocal?: boolean;
  /** `NAME.service` by default. */
  services?: string;
  /** Whether it has nothing for kiln-host but a unit. */
  isForeign?: boolean;
  /** Whether systemd merges it without an error, and without any effect. */
  isSkipped?: boolean;
  /** Whether it can be mounted and read, but not merged. */
  isUnmergeable?: boolean;
  /** Whether it is no image at all. */
  isBroken?: boolean;
}

export function imageOf(version: string, name = "etcd"): string {
  return `${name}-${version}-x86-64.raw`;
}

/** The version in the name of an image, or in a path of one; empty if there is none. */
export function versionIn(image: string): string {
  return /-(\d.*)-x86-64\.raw/.exec(image)?.[1] ?? "";
}

/** How an image of an extension is downloaded. */
export function transfer(name: string): string {
  return `[Transfer]
Verify=true

[Source]
Type=url-file
Path=https://example.org/releases/latest/download/
MatchPattern=${name}-@v-%a.raw

[Target]
Type=regular-file
Path=/opt/extensions/${name}
Mode=0644
InstancesMax=3
CurrentSymlink=/etc/extensions/${name}.raw
`;
}

/** What an image says to kiln-host about its extension. */
export function extensionConf(name: string, version: string, options: ImageOptions): string {
  const { services = `${name}.service`, rollback = "any", usrLocal = false } = options;
  const times = "HEALTHY_SECONDS=12\nSTEADY_SECONDS=3\n";
  return `NAME=${name}\nVERSION=${version}\nSERVICES=${services}\n${times}ROLLBACK=${rollback}\n${usrLocal ? "USR_LOCAL=yes\n" : ""}`;
}
