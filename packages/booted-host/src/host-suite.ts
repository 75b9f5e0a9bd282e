/** The versions of systemd that hosts are booted with. */
export const systemdVersions = ["257", "262"] as const;
export type SystemdVersion = (typeof systemdVersions)[number];

/** The suites of Debian that hosts are booted from. */
export const hostSuites = ["trixie", "forky"] as const;
export type HostSuite = (typeof hostSuites)[number];

/** The suite that has a version of systemd. */
export const suiteOfSystemd = { "257": "trixie", "262": "forky" } as const satisfies Record<
  SystemdVersion,
  HostSuite
>;
