import type { SystemdVersion } from "@sysext-kiln/booted-host";
import type { Reporter } from "@sysext-kiln/machine";
import type { Credentials } from "./etcd-client.ts";
import type { RehearsedImage } from "./members.ts";
import type { UserSettings } from "./settings.ts";
import type { Snapshot } from "./snapshot/snapshot.ts";

/** The user's snapshot, or how many keys a generated one has. */
export type RehearsedData = { snapshot: Snapshot } | { keys: number };

export interface RehearsalOptions {
  systemd: SystemdVersion;
  from: RehearsedImage;
  to: RehearsedImage;
  kilnHost: RehearsedImage;
  /** The series of both images, such as `3.5` and `3.6`. */
  series: { from: string; to: string };
  data: RehearsedData;
  /** The user's variables for etcd. */
  settings: UserSettings | undefined;
  /** The ids of the members in production. */
  cluster: readonly string[] | undefined;
  credentials: Credentials | undefined;
  /** How long writes may pause, in seconds. */
  maxGap: number;
  reporter: Reporter;
}
