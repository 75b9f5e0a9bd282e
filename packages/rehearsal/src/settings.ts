import { usageErrors } from "@sysext-kiln/error";

const usage = usageErrors(
  "give the variables that etcd runs with; `sh /usr/lib/sysext-kiln/etcd/upgrade-check FROM TO no-snapshot` on a host checks its configuration file",
);

/**
 * Variables that have other values in a rehearsal, because they name hosts, files, or logs of the production
 * cluster.
 */
const replaced: ReadonlySet<string> = new Set([
  "ETCD_NAME",
  "ETCD_DATA_DIR",
  "ETCD_WAL_DIR",
  "ETCD_INITIAL_CLUSTER",
  "ETCD_INITIAL_CLUSTER_STATE",
  "ETCD_INITIAL_CLUSTER_TOKEN",
  "ETCD_INITIAL_ADVERTISE_PEER_URLS",
  "ETCD_ADVERTISE_CLIENT_URLS",
  "ETCD_LISTEN_PEER_URLS",
  "ETCD_LISTEN_CLIENT_URLS",
  "ETCD_LISTEN_CLIENT_HTTP_URLS",
  "ETCD_LISTEN_METRICS_URLS",
  "ETCD_FORCE_NEW_CLUSTER",
  "ETCD_LOG_OUTPUTS",
  "ETCD_ENABLE_LOG_ROTATION",
  "ETCD_HOST_WHITELIST",
  // The client that writes needs it.
  "ETCD_ENABLE_GRPC_GATEWAY",
  // What is compared afterwards must not be compacted.
  "ETCD_AUTO_COMPACTION_MODE",
  "ETCD_AUTO_COMPACTION_RETENTION",
  "ETCD_AUTH_TOKEN",
]);
const replacedPatterns: readonly RegExp[] = [
  /^ETCD_(PEER_|CLIENT_)?(CERT|KEY|TRUSTED_CA|CA|CRL|CLIENT_CERT|CLIENT_KEY|CERT_ALLOWED_CN)(_FILE)?$/,
  /^ETCD_(PEER_)?(CLIENT_CERT_AUTH|AUTO_TLS|CERT_ALLOWED_(CN|HOSTNAME)|SKIP_CLIENT_SAN_VERIFY)$/,
  /^ETCD_(EXPERIMENTAL_)?PEER_SKIP_CLIENT_SAN_VERIFICATION$/,
  /^ETCD_(EXPERIMENTAL_(ENABLE_)?)?DISTRIBUTED_TRACING/,
  /^ETCD_DISCOVERY/,
];

/** A user's variables for etcd, as far as a rehearsal can use them. */
export interface UserSettings {
  /** The text of the file. */
  text: string;
  /** The names of the variables in it that have other values in a rehearsal. */
  replaced: readonly string[];
}

/**
 * Reads an environment file of etcd (systemd.exec(5), "EnvironmentFile=").
 * @throws KilnError `usage` if etcd would ignore it
 */
export function parseSettings(text: string, path: string): UserSettings {
  const variables = [...text.matchAll(/^\s*(ETCD_[A-Z0-9_]+)=(.*)$/gm)];
  const configuration = variables.find(([, name, value]) => name === "ETCD_CONFIG_FILE" && value !== "");
  if (configuration !== undefined)
    throw usage(`variables in ${path}`, `${configuration[0].trim()}, with which etcd ignores them`);
  if (variables.length === 0)
    throw usage(`variables such as ETCD_QUOTA_BACKEND_BYTES=... in ${path}`, "none");
  const names = new Set(variables.map(([, name = ""]) => name));
  return { text, replaced: [...names].filter(isReplaced) };
}

function isReplaced(name: string): boolean {
  return replaced.has(name) || replacedPatterns.some((pattern) => pattern.test(name));
}

/**
 * The `etcd.env` of a member in a rehearsal: all of the user's lines, so that the upgrade check sees them,
 * and then other values for some of them. Of two lines with the same name, the later one counts; etcd ignores
 * empty values.
 */
export function memberSettings(
  user: UserSettings | undefined,
  own: Readonly<Record<string, string>>,
): string {
  const values = { ...Object.fromEntries((user?.replaced ?? []).map((name) => [name, ""])), ...own };
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [...(user === undefined ? [] : [user.text, ""]), ...lines, ""].join("\n");
}

/** The quota for etcd's database without a setting, in bytes. */
const defaultQuota = 2 * 1024 ** 3;

/**
 * A quota for a database that the default one would not leave enough room; none if the user's settings have
 * one.
 * @param size of the snapshot, in bytes
 */
export function quotaSettings(
  user: UserSettings | undefined,
  size: number,
): Readonly<Record<string, string>> {
  const isSet = /^\s*ETCD_QUOTA_BACKEND_BYTES=["']?[-\d]/m.test(user?.text ?? "");
  const quota = 2 * size;
  return isSet || quota <= defaultQuota ? {} : { ETCD_QUOTA_BACKEND_BYTES: `${quota}` };
}
