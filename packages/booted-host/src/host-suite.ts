/** The versions of systemd that hosts are booted with. */
export const systemdVersions = ["254", "257", "262"] as const;
export type SystemdVersion = (typeof systemdVersions)[number];

/** The version that is booted if nobody chooses one. */
export const usualSystemd = "257" satisfies SystemdVersion;

/** The suites of Debian that hosts are booted from. */
export const hostSuites = ["bookworm-backports", "trixie", "forky"] as const;
export type HostSuite = (typeof hostSuites)[number];

/** The suite that has a version of systemd. */
export const suiteOfSystemd = {
  "254": "bookworm-backports",
  "257": "trixie",
  "262": "forky",
} as const satisfies Record<SystemdVersion, HostSuite>;

/**
 * Whether the systemd of a suite finds the units of an extension that it merges. An older systemd does not
 * know EXTENSION_RELOAD_MANAGER= (os-release(5), new in 255), and needs a daemon-reload after each merge.
 */
export function reloadsAfterMerge(suite: HostSuite): boolean {
  return suite !== suiteOfSystemd["254"];
}
