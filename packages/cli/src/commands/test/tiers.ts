/** A tier of tests, named by the suffix of its files: `x.host.test.ts`. */
export interface Tier {
  name: string;
  /**
   * The time limit of a test: a test that hangs must not block the others, but a first build is slow.
   */
  minutes: number;
  /** Whether `kiln test` runs it without `--tier`. */
  isUsual: boolean;
  /** Whether its tests boot hosts, with the systemd that `--systemd` names. */
  bootsHosts?: boolean;
  /** Whether only one of its files runs at a time. */
  isSerial?: boolean;
}

/**
 * The tiers of tests. They run one after the other in this order: the network tier measures times, so nothing
 * else may run at the same time.
 */
export const tiers: readonly Tier[] = [
  // Quick; its files have no suffix.
  { name: "unit", minutes: 1, isUsual: true },
  // Networks of machines with failover; needs root.
  { name: "network", minutes: 3, isUsual: true },
  // Builds images and containers.
  { name: "build", minutes: 15, isUsual: true },
  // Boots hosts; needs root.
  { name: "host", minutes: 3, isUsual: true, bootsHosts: true },
  // About a minute or more for each file: several hosts, whole workflows, a kill at every step; needs root.
  { name: "long", minutes: 10, isUsual: false, bootsHosts: true },
  // Observes networks for a long time, on a machine that does nothing else; needs root.
  { name: "quiet", minutes: 10, isUsual: false, isSerial: true },
  // Needs keepalived 2.4, which Debian does not have: KILN_TEST_KEEPALIVED_SOURCE names a folder with its sources. Needs root.
  { name: "source", minutes: 10, isUsual: false, bootsHosts: true, isSerial: true },
  // Gives mutated inputs to everything that reads foreign bytes, for as long as `--seconds` says.
  { name: "fuzz", minutes: 60, isUsual: false },
  // Kills hosts and kiln-host at random moments, breaks networks and disks, and publishes broken versions of kiln-host, all
  // of it as `--seed` says; needs root.
  { name: "faults", minutes: 60, isUsual: false, bootsHosts: true },
  // Takes minutes.
  { name: "slow", minutes: 30, isUsual: false },
  // Starts from a bare machine, and takes minutes; needs root.
  { name: "fresh", minutes: 30, isUsual: false },
];

/** The name of the tier that a test file belongs to; undefined if the file is not a test. */
export function tierOfFile(path: string): string | undefined {
  const suffix = /(?:\.([a-z]+))?\.test\.ts$/.exec(path);
  if (suffix === null) return undefined;
  return tiers.find(({ name }) => name === suffix[1])?.name ?? "unit";
}
